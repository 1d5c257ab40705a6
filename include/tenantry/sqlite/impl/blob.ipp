#pragma once

#include <tenantry/sqlite/blob.hpp>

namespace tenantry::detail {

TENANTRY_DECL Error blob_error(sqlite3* db, int code)
{
    const std::string_view words = sqlite3_errmsg(db);
    if ((code & 0xff) == SQLITE_ERROR) {
        if (words.starts_with("no such rowid")) return Error(errc::no_such_row, "the row is not there", code);
        if (words.starts_with("cannot open value"))
            return Error(errc::value_misfit, std::string(words) + ": it is no blob", code);
        if (words.starts_with("cannot open")) return Error(errc::invalid_argument, std::string(words), code);
    }
    if (code == SQLITE_ABORT)
        return Error(errc::no_such_row, "the row was changed or removed since its value was opened", code);
    return sqlite::make_error(db, code, "a value in pieces");
}

} // namespace tenantry::detail

namespace tenantry::sqlite {

TENANTRY_DECL Result<Blob> Blob::open(Connection& connection, const char* table, const char* column,
                                      std::int64_t rowid, Mode mode)
{
    sqlite3* const db = connection.native_handle();
    sqlite3_blob* blob = nullptr;
    const int code = sqlite3_blob_open(db, "main", table, column, rowid, mode == Mode::write ? 1 : 0, &blob);
    if (code != SQLITE_OK) {
        Error error = detail::blob_error(db, code);
        sqlite3_blob_close(blob);
        return fail(std::move(error));
    }
    return Blob(db, blob);
}

TENANTRY_DECL Result<std::size_t> Blob::read_some(std::uint64_t offset, std::span<std::byte> into)
{
    if (offset > size()) return fail(errc::invalid_argument, "reading begins beyond the end of a value");
    const auto bytes = static_cast<int>(std::min<std::uint64_t>(into.size(), size() - offset));
    if (bytes == 0) return std::size_t{0};
    const int code = sqlite3_blob_read(blob_.get(), into.data(), bytes, static_cast<int>(offset));
    if (code != SQLITE_OK) return fail(detail::blob_error(db_, code));
    return static_cast<std::size_t>(bytes);
}

TENANTRY_DECL Result<void> Blob::write(std::uint64_t offset, std::span<const std::byte> bytes)
{
    if (offset > size() || bytes.size() > size() - offset)
        return fail(errc::invalid_argument, "writing goes beyond the end of a value, which keeps its size");
    if (bytes.empty()) return {};
    const int code = sqlite3_blob_write(blob_.get(), bytes.data(), static_cast<int>(bytes.size()),
                                        static_cast<int>(offset));
    if (code != SQLITE_OK) return fail(detail::blob_error(db_, code));
    return {};
}

TENANTRY_DECL Result<void> Blob::reopen(std::int64_t rowid)
{
    const int code = sqlite3_blob_reopen(blob_.get(), rowid);
    if (code != SQLITE_OK) return fail(detail::blob_error(db_, code));
    size_ = bytes_of(blob_.get());
    return {};
}

} // namespace tenantry::sqlite
