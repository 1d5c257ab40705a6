// Large values in pieces: what tx.blob() and snapshot.blob() give.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/expr/excluded.hpp>
#include <tenantry/query/check.hpp>
#include <tenantry/query/detail/by_key.hpp>
#include <tenantry/query/detail/parameters.hpp>
#include <tenantry/query/detail/variants.hpp>
#include <tenantry/schema/detail/generated_from.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/blob.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/fwd.hpp>

namespace tenantry {

namespace detail {

// A value that a body has opened. It is opened when it is first used, and again where it was closed meanwhile.
class OpenBlob {
public:
    using Mode = sqlite::Blob::Mode;

    OpenBlob(sqlite::Connection& connection, std::string_view table, std::string_view column,
             std::int64_t rowid)
        : connection_(&connection), table_(table), column_(column), rowid_(rowid)
    {}

    [[nodiscard]] Result<std::uint64_t> size()
    {
        auto blob = open(Mode::read);
        if (!blob) return fail(std::move(blob).error());
        return (*blob)->size();
    }
    [[nodiscard]] Result<std::size_t> read_some(std::uint64_t offset, std::span<std::byte> into)
    {
        return run(Mode::read, [&](sqlite::Blob& blob) { return blob.read_some(offset, into); });
    }
    [[nodiscard]] Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes)
    {
        return run(Mode::write, [&](sqlite::Blob& blob) { return blob.write(offset, bytes); });
    }
    [[nodiscard]] Result<void> move_to(std::int64_t rowid)
    {
        rowid_ = rowid;
        if (!blob_) return {};
        auto moved = blob_->reopen(rowid);
        if (!moved) close();
        return moved;
    }

    /// Nothing of it runs any more; it may be used again.
    void close() noexcept { blob_.reset(); }
    /// The transaction is over.
    void end() noexcept
    {
        close();
        connection_ = nullptr;
    }
    [[nodiscard]] sqlite::Connection* connection() const noexcept { return connection_; }

    [[nodiscard]] static Error ended()
    {
        return Error(errc::invalid_argument,
                     "a value is read or written in pieces after the body that opened it has returned");
    }

private:
    Result<sqlite::Blob*> open(Mode mode)
    {
        if (connection_ == nullptr) return fail(ended());
        if (auto can = connection_->may_go_on(); !can) return fail(std::move(can).error());
        if (blob_ && (mode == Mode::read || mode_ == Mode::write)) return &*blob_;
        close();
        auto opened = sqlite::Blob::open(*connection_, table_.c_str(), column_.c_str(), rowid_, mode);
        if (!opened) return fail(std::move(opened).error());
        mode_ = mode;
        return &blob_.emplace(std::move(*opened));
    }

    template <class Use>
    auto run(Mode mode, const Use& use) -> decltype(use(std::declval<sqlite::Blob&>()))
    {
        const bool was_open = blob_.has_value();
        auto blob = open(mode);
        if (!blob) return fail(std::move(blob).error());
        auto done = use(**blob);
        if (done || done.error() != errc::no_such_row) return done;
        // Something of the body's own has changed the row since: what it has now is meant.
        close();
        if (!was_open) return done;
        blob = open(mode);
        if (!blob) return fail(std::move(blob).error());
        return use(**blob);
    }

    sqlite::Connection* connection_; // null: the transaction is over
    const std::string table_;
    const std::string column_;
    std::int64_t rowid_;
    Mode mode_ = Mode::read;
    std::optional<sqlite::Blob> blob_;
};

// The values that one body has opened.
class OpenBlobs {
public:
    OpenBlobs() = default;
    OpenBlobs(const OpenBlobs&) = delete;
    OpenBlobs& operator=(const OpenBlobs&) = delete;
    ~OpenBlobs()
    {
        for (const auto& each : all_) each->end();
    }

    [[nodiscard]] std::shared_ptr<OpenBlob> add(sqlite::Connection& connection, std::string_view table,
                                                std::string_view column, std::int64_t rowid)
    {
        std::erase_if(all_, [](const auto& each) { return each.use_count() == 1; });
        return all_.emplace_back(std::make_shared<OpenBlob>(connection, table, column, rowid));
    }

    /// A statement comes: what is open would keep it from beginning a savepoint.
    void make_way() noexcept
    {
        for (const auto& each : all_) each->close();
    }

private:
    std::vector<std::shared_ptr<OpenBlob>> all_;
};

// A name of the rowid that no column has.
template <class Table>
consteval std::string_view rowid_name()
{
    for (const std::string_view name : {"rowid", "_rowid_", "oid"}) {
        bool taken = false;
        for (const std::string_view column : column_names<Table>) taken = taken || same_name(column, name);
        if (!taken) return name;
    }
    return {};
}

// SELECT rowid FROM "file" WHERE "id" = ?
template <class Row>
struct RowidForm {
    static constexpr Position position = Position::keyword;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text("SELECT ");
        out.text(rowid_name<table_of<typename Out::schema, Row>>());
        out.text(" FROM ");
        out.template from<Row>();
    }
};
template <class Row, class Key>
struct RowidQuery {
    using source = Row;
    using form = StatementForm<RowidForm<Row>, typename Key::form>;
    static constexpr bool reads = true;
    static constexpr bool writes = false;

    Key key;

    template <class S>
    static constexpr void check()
    {
        Key::template check<S>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<Row>();
        Key::visit(visitor);
    }
    template <class Parameters>
    void bind(Parameters& to) const
    {
        key.bind(to);
    }
};

template <class T, class Row, class... K>
[[nodiscard]] Result<std::int64_t> find_rowid(sqlite::Connection& connection, K&&... key)
{
    using S = schema_of<T>;
    auto made = by_key<Row>(std::forward<K>(key)...);
    using Query = RowidQuery<Row, decltype(made)>;
    static_assert(check_query<T, Query>());
    const Query query{std::move(made)};
    auto statement = borrow_statement<S>(connection, query);
    if (!statement) return fail(std::move(statement).error());
    Parameters<S, sqlite::StatementLease> to(*statement);
    query.bind(to);
    auto row = statement->step();
    if (!row) return fail(std::move(row).error());
    if (!*row)
        return fail(errc::no_such_row, "no row of '" + std::string(table_name<S, Row>) + "' has this key");
    return statement->integer(0);
}

// Whether a generated column is made of column i.
template <class S, class Table, std::size_t I>
consteval bool generates_others()
{
    for (std::size_t k = 0; k < column_count<Table>; ++k) {
        if (!is_generated<Table>(k)) continue;
        std::array<bool, column_count<Table>> one{};
        one[k] = true;
        if (written_columns<S, Table>(one)[I]) return true;
    }
    return false;
}

// Whether an option of the table finds rows by column i: an index, a key.
template <class Option>
constexpr bool option_finds_by([[maybe_unused]] std::size_t i) noexcept
{
    if constexpr (
        requires { Option::tenantry_unique; } || requires { Option::tenantry_unique_index; } ||
        requires { typename Option::tenantry_refers_to; })
        return Option::tenantry_members::contains(i);
    else
        return false;
}
template <class... Options>
constexpr bool options_find_by(TypeList<Options...>, [[maybe_unused]] std::size_t i) noexcept
{
    return (option_finds_by<Options>(i) || ...);
}

// What can be read in pieces.
template <class S, class C>
consteval bool check_blob()
{
    constexpr bool column = is_column<C>;
    static_assert(column, "tenantry: blob() takes a column and a key: tx.blob(col<&File::content>, key)");
    if constexpr (column) {
        using Row = row_of<C::member>;
        constexpr bool there = has_table<S, Row>;
        static_assert(there,
                      "tenantry: a table of another schema: this row is not one of the tenant's tables");
        if constexpr (there) {
            using Table = table_of<S, Row>;
            using Field = unwrapped<field_of<C::member>>;
            constexpr bool blob = std::is_same_v<Field, std::vector<std::byte>>;
            constexpr bool table = is_writable<Table> && !is_virtual<Table>;
            constexpr bool rowid = !is_without_rowid<Table> && !rowid_name<Table>().empty();
            constexpr bool kept = !is_generated<Table>(member_index<C::member>);
            static_assert(
                blob,
                "tenantry: blob() reads in pieces what is a std::vector<std::byte>, or an optional one");
            static_assert(
                table,
                "tenantry: blob() is of a table: SQLite opens no values of views and full-text tables");
            static_assert(
                rowid, "tenantry: blob() finds a value by the rowid, and this table is WITHOUT ROWID, or has "
                       "columns of all its names");
            static_assert(
                kept, "tenantry: a generated column is computed: there is no value that blob() could open");
            return blob && table && rowid && kept;
        }
    }
    return false;
}

// Opens the value of a row for a body: C is a column, Handle what the body is given.
template <class T, class C, class Handle, class Make, class... K>
[[nodiscard]] Result<Handle> open_blob(sqlite::Connection& connection, OpenBlobs& blobs, const Make& make,
                                       K&&... key)
{
    using S = schema_of<T>;
    using Row = row_of<C::member>;
    auto rowid = find_rowid<T, Row>(connection, std::forward<K>(key)...);
    if (!rowid) return fail(std::move(rowid).error());
    return make(blobs.add(connection, table_name<S, Row>, column_name_of<S, C::member>, *rowid));
}

} // namespace detail

/// A blob of a row of tenant `T`, read in pieces: no more of it is in memory than is asked for. What `snapshot.blob(...)`
/// gives. Of the body that it was opened in: after that it answers errc::invalid_argument. Move-only, used in the body's
/// thread.
///
/// Errors of all: no_such_row where the row is not there (any more), value_misfit where it is NULL, cancelled, and those of
/// the connection.
template <class T, auto Member>
class BlobReader {
public:
    BlobReader(BlobReader&&) noexcept = default;
    BlobReader& operator=(BlobReader&& other) noexcept
    {
        std::swap(open_, other.open_);
        return *this;
    }
    ~BlobReader()
    {
        if (open_) open_->close();
    }

    /// In bytes.
    [[nodiscard]] Result<std::uint64_t> size()
    {
        if (!open_) return fail(detail::OpenBlob::ended());
        return open_->size();
    }

    /// Fills `into` with what begins at `offset`, up to the end of the value: how many bytes that are, 0 at the end.
    /// Errors: invalid_argument beyond the end.
    [[nodiscard]] Result<std::size_t> read_some(std::uint64_t offset, std::span<std::byte> into)
    {
        if (!open_) return fail(detail::OpenBlob::ended());
        return open_->read_some(offset, into);
    }

    /// From now on the same column of another row. Errors: no_such_row, and it stays where it is.
    template <class... K>
    [[nodiscard]] Result<void> move_to(K&&... key)
    {
        if (!open_ || open_->connection() == nullptr) return fail(detail::OpenBlob::ended());
        auto rowid = detail::find_rowid<T, row_of<Member>>(*open_->connection(), std::forward<K>(key)...);
        if (!rowid) return fail(std::move(rowid).error());
        return open_->move_to(*rowid);
    }

protected:
    friend Snapshot<T>;
    explicit BlobReader(std::shared_ptr<detail::OpenBlob> open) noexcept : open_(std::move(open)) {}

    std::shared_ptr<detail::OpenBlob> open_;
};

/// The same of a transaction: it writes as well. What `tx.blob(...)` gives.
template <class T, auto Member>
class BlobWriter : public BlobReader<T, Member> {
public:
    /// Overwrites what begins at `offset`. A value keeps its size: it is made by `zeroblob(size)`, or whole. Triggers do not
    /// run and CHECKs are not looked at, as SQLite has it.
    ///
    /// Errors: invalid_argument where it would go beyond the end, with nothing written.
    [[nodiscard]] Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes)
    {
        using S = schema_of<T>;
        using Table = table_of<S, row_of<Member>>;
        constexpr std::size_t i = member_index<Member>;
        static_assert(
            !is_primary_key<Table>(i) && !detail::options_find_by(typename Table::options{}, i),
            "tenantry: this column is in a key or an index: SQLite writes it only whole, by an update");
        static_assert(
            !detail::generates_others<S, Table, i>(),
            "tenantry: a generated column is made of this one, and would not follow: it is written only whole, "
            "by an update");
        if (!this->open_) return fail(detail::OpenBlob::ended());
        return this->open_->write(offset, bytes);
    }

private:
    friend Tx<T>;
    explicit BlobWriter(std::shared_ptr<detail::OpenBlob> open) noexcept
        : BlobReader<T, Member>(std::move(open))
    {}
};

} // namespace tenantry
