// A value of a row as it lies in the database, read and written in pieces (https://sqlite.org/c3ref/blob_open.html).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/error.hpp>

namespace tenantry::detail {

struct CloseBlob {
    void operator()(sqlite3_blob* blob) const noexcept { sqlite3_blob_close(blob); }
};

// SQLite says by its words alone why a value is not opened.
[[nodiscard]] Error blob_error(sqlite3* db, int code);

} // namespace tenantry::detail

namespace tenantry::sqlite {

/// A blob, or text, of a row. Open, it is a statement that runs: one for writing keeps savepoints from being begun and its
/// transaction from being committed. Its connection outlives it, and is used by nobody else meanwhile. Move-only; the
/// destructor closes it.
///
/// Errors of all: no_such_row (removed, or changed by a statement since it was opened), and those of the connection.
class Blob {
public:
    /// What it is opened for.
    enum class Mode : bool { read, write };

    /// errc::value_misfit where what is there is no blob or text, NULL among that; errc::invalid_argument for a column that
    /// cannot be written in pieces, being in an index or a foreign key.
    [[nodiscard]] static Result<Blob> open(Connection& connection, const char* table, const char* column,
                                           std::int64_t rowid, Mode mode);

    /// In bytes. It does not change while the value is open.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    /// Fills `into` with what begins at `offset`, up to the end of the value: how many bytes that are, 0 at the end.
    /// errc::invalid_argument beyond it.
    [[nodiscard]] Result<std::size_t> read_some(std::uint64_t offset, std::span<std::byte> into);

    /// Overwrites what begins at `offset`. errc::invalid_argument where it would go beyond the end: a value keeps its size.
    [[nodiscard]] Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes);

    /// From now on the same column of another row, which costs less than opening it. After an error it is of use to nobody.
    [[nodiscard]] Result<void> reopen(std::int64_t rowid);

private:
    Blob(sqlite3* db, sqlite3_blob* blob) noexcept : db_(db), blob_(blob), size_(bytes_of(blob)) {}

    static std::uint64_t bytes_of(sqlite3_blob* blob) noexcept
    {
        return static_cast<std::uint64_t>(sqlite3_blob_bytes(blob));
    }

    sqlite3* db_;
    std::unique_ptr<sqlite3_blob, detail::CloseBlob> blob_;
    std::uint64_t size_; // SQLite forgets it once the row has been changed
};

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/blob.ipp>
#endif
