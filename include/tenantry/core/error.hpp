// What can go wrong, and how it is said.
#pragma once

#include <cerrno>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

#include <tenantry/core/constraint.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry {

/// The kinds of failure a caller can tell apart. SQLite's own extended result code, where there is
/// one, is kept beside it in `Error::sqlite_code()`.
enum class errc : std::uint16_t {
    // The tenant
    invalid_tenant_id = 1, ///< not `[a-z0-9][a-z0-9_-]{0,62}`
    no_such_tenant,        ///< nothing was ever created under this id, or it was destroyed
    tenant_exists,         ///< somebody created it first
    tenant_gone,           ///< destroyed, replaced or out of scope while a handle was still held
    wrong_tenant,          ///< an id, key or record of one tenant was used with another
    // Capacity and time
    overloaded,    ///< a bounded queue or pool is full; try again later
    too_many_open, ///< every open tenant is in use and the deadline passed
    timeout,       ///< a deadline passed
    cancelled,     ///< the caller cancelled, or the fleet was closed with operations outstanding
    fleet_closed,  ///< the fleet no longer takes work
    batch_aborted, ///< another write of the same transaction rolled it back; nothing was written
    unknown_outcome, ///< it was committed into a file that is no longer under its name: it may be there again later
    // The database
    constraint,     ///< UNIQUE, NOT NULL, CHECK, FOREIGN KEY or a RAISE: see `Error::constraint()`
    busy,           ///< another connection or process kept its lock beyond the deadline
    disk_full,      ///< no space, or the file's page limit, or a quota
    io_error,       ///< the operating system refused to read or write
    corrupt,        ///< the database file is damaged
    not_a_database, ///< the file is not SQLite's, or is encrypted
    read_only,      ///< a write where only reads are possible
    too_big,        ///< a value or a statement is over SQLite's limits
    out_of_memory,  ///< SQLite could not allocate
    not_authorized, ///< the statement does what a tenant's connection may not
    invalid_sql,    ///< SQLite does not accept the statement
    no_such_row,    ///< exactly one row was expected and there was none
    too_many_rows,  ///< exactly one row was expected and there were several
    value_misfit,   ///< a value, stored or computed, does not fit the type it is read into
    // The schema
    foreign_database,      ///< another program's file (application_id)
    misplaced_tenant,      ///< the files under this name are another tenant's: copied or moved there
    foreign_log,           ///< the write-ahead log beside a database is not that database's
    unsupported_version,   ///< the files were made by a version of the library that this one does not know
    no_such_fleet,         ///< there is none in the directory, and none was to be made
    manifest_mismatch,     ///< the fleet's directory was made with another layout or shard rule
    destructive_migration, ///< the change would lose data; `Error::plan` has the plan
    history_mismatch,      ///< a revision that was already applied was edited or is missing
    newer_schema,          ///< the tenant was migrated by a newer program
    migration_failed,      ///< a migration did not go through; the tenant is as it was
    // What came from outside
    invalid_json,   ///< a text is not JSON, or a value in it does not fit the field that it is for
    invalid_id,     ///< a text that should be an external id is none
    invalid_cursor, ///< a page's cursor is of another query or another tenant, or is damaged
    // The program
    body_failed,      ///< a transaction body threw; it was rolled back
    wrong_thread,     ///< a blocking call from where it would wait for itself
    invalid_argument, ///< an option or an argument is out of its range
    internal,         ///< SQLite says the library misused it
};

namespace detail {

struct ErrcText {
    std::string_view name;
    std::string_view text;
};

ErrcText errc_text(errc code) noexcept;

// What the operating system says went wrong, and what can be done about it where that is not plain.
std::string system_text(int number);

// One category in the whole program, even when parts of it hide their symbols.
class [[gnu::visibility("default")]] ErrorCategory final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "tenantry"; }

    [[nodiscard]] std::string message(int code) const override
    {
        return std::string(errc_text(static_cast<errc>(code)).text);
    }

    [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override;
};

} // namespace detail

/// The category of `errc`, one object for the whole program.
[[gnu::visibility("default")]] const std::error_category& error_category() noexcept;

/// For `std::error_code`, by its own rules.
[[nodiscard]] inline std::error_code make_error_code(errc code) noexcept
{
    return {static_cast<int>(code), error_category()};
}

/// The enumerator's name: `"no_such_tenant"`.
[[nodiscard]] inline std::string_view to_string(errc code) noexcept { return detail::errc_text(code).name; }

/// As `to_string`.
inline std::ostream& operator<<(std::ostream& out, errc code) { return out << to_string(code); }

/// Why something did not happen: a code to decide by and a message to act on.
///
/// Cheap to copy (the texts are shared) and three words large, so that a `Result` stays small on the
/// path where nothing fails. Where there is no memory for the words it is made without them: the code is what is decided
/// by. A moved-from Error may only be assigned to or destroyed.
class [[nodiscard, gnu::visibility("default")]] Error { // must() throws it, through all parts of a program
public:
    explicit Error(tenantry::errc code) noexcept : code_(code) {}

    explicit Error(tenantry::errc code, std::string message, int sqlite_code = 0) noexcept;

    /// The same, for words that are there already: no memory is needed to pass them.
    explicit Error(tenantry::errc code, const char* message, int sqlite_code = 0) noexcept
        : code_(code), sqlite_code_(sqlite_code)
    {
        set(&Texts::message, message);
    }

    /// What to `switch` on. `to_string` gives its name.
    [[nodiscard]] tenantry::errc errc() const noexcept { return code_; }

    /// The kind of error, as the standard library has it.
    [[nodiscard]] std::error_code code() const noexcept { return make_error_code(code_); }

    /// Which constraint was violated, where it is `errc::constraint`; otherwise its kind is `ConstraintKind::none`. Valid as
    /// long as the error is not changed.
    [[nodiscard]] const Constraint& constraint() const noexcept
    {
        return texts_ && texts_->constraint ? *texts_->constraint : detail::bare_constraint(kind_);
    }

    /// SQLite's extended result code (https://sqlite.org/rescode.html), or 0 where SQLite said nothing.
    [[nodiscard]] int sqlite_code() const noexcept { return sqlite_code_; }

    /// A sentence for a person, no longer than a log line can bear. Never empty.
    [[nodiscard]] std::string_view message() const noexcept
    {
        return texts_ && !texts_->message.empty() ? std::string_view(texts_->message)
                                                  : detail::errc_text(code_).text;
    }

    /// The tenant's id, or empty where none is involved.
    [[nodiscard]] std::string_view tenant() const noexcept
    {
        return texts_ ? std::string_view(texts_->tenant) : "";
    }

    /// The statement, or empty. Values are never in it: they are bound.
    [[nodiscard]] std::string_view sql() const noexcept
    {
        return texts_ ? std::string_view(texts_->sql) : "";
    }

    /// Of a migration that was refused: what it would have done, and all that is in its way where the message has not all of
    /// it; else empty. Many lines.
    [[nodiscard]] std::string_view plan() const noexcept
    {
        return texts_ ? std::string_view(texts_->plan) : "";
    }

    /// The same error with the tenant named, unless one is named already, or there is no memory for that.
    Error& with_tenant(std::string_view tenant) noexcept;

    /// The same error with the statement named, unless one is named already, or there is no memory for that.
    Error& with_sql(std::string_view sql) noexcept;

    /// The same error with the plan of a migration, unless there is no memory for that.
    Error& with_plan(std::string_view plan) noexcept;

    /// The same error with a sentence put before its message (`"creating tenant 'a': disk is full"`), unless there is no memory
    /// for that.
    Error& in(std::string_view what) noexcept;

    /// The same error with what is known of the constraint that was violated; without memory for that, with its kind alone.
    Error& with_constraint(Constraint constraint) noexcept;

    friend bool operator==(const Error& error, tenantry::errc code) noexcept { return error.code_ == code; }

    /// `no_such_tenant: there is no tenant 'nobody' [tenant nobody]`: all but the plan, on one line where the message is one.
    friend std::ostream& operator<<(std::ostream& out, const Error& error)
    {
        out << to_string(error.code_) << ": " << error.message();
        if (!error.tenant().empty()) out << " [tenant " << error.tenant() << ']';
        if (!error.sql().empty()) out << " [sql " << error.sql() << ']';
        if (error.sqlite_code_ != 0) out << " [sqlite " << error.sqlite_code_ << ']';
        return out;
    }

private:
    struct Texts {
        std::string message;
        std::string tenant;
        std::string sql;
        std::string plan;
        std::shared_ptr<const Constraint> constraint;
    };

    template <class Value>
    void set(std::string Texts::* text, Value&& value) noexcept
    {
        try {
            own().*text = std::forward<Value>(value);
        } catch (...) { // the code is what is decided by
        }
    }

    Texts& own();

    tenantry::errc code_;
    ConstraintKind kind_ = ConstraintKind::none;
    int sqlite_code_ = 0;
    std::shared_ptr<Texts> texts_;
};

/// A value, or why there is none: an Error, or an error type of the program's own (<tenantry/core/refusal.hpp>).
template <class T, class E = Error>
using Result = tl::expected<T, E>;

/// `return fail(errc::overloaded, "...");` out of a function that returns a `Result`.
[[nodiscard]] inline tl::unexpected<Error> fail(errc code, std::string message, int sqlite_code = 0) noexcept
{
    return tl::unexpected<Error>(Error(code, std::move(message), sqlite_code));
}
[[nodiscard]] inline tl::unexpected<Error> fail(errc code, const char* message, int sqlite_code = 0) noexcept
{
    return tl::unexpected<Error>(Error(code, message, sqlite_code));
}
[[nodiscard]] inline tl::unexpected<Error> fail(errc code) noexcept
{
    return tl::unexpected<Error>(Error(code));
}

/// `return fail(std::move(result).error());`
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) noexcept
{
    return tl::unexpected<Error>(std::move(error));
}

namespace detail {

// What is said where an operation ends that nobody has answered.
[[nodiscard]] inline Error given_up_error() noexcept
{
    return Error(errc::cancelled, "the operation was given up before it was done");
}

template <class>
struct is_result : std::false_type {};
template <class T>
struct is_result<Result<T>> : std::true_type {};

} // namespace detail

} // namespace tenantry

template <>
struct std::is_error_code_enum<tenantry::errc> : std::true_type {};

#if TENANTRY_HEADER_ONLY
#include <tenantry/core/impl/error.ipp>
#endif
