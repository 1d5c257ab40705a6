// How a C++ type becomes a value of a column and back: one small specialisation a type.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/binding.hpp>

namespace tenantry::sqlite {

/// Why a stored value could not be read into its type. The reader's target is untouched or holds
/// something unspecified but valid; it is never a silent default.
enum class Misfit : std::uint8_t {
    none,
    null,               ///< NULL where the type has no room for it
    wrong_storage,      ///< text where a number is expected, and the like
    out_of_range,       ///< a number that the type cannot hold
    unknown_enumerator, ///< a text or number that names no enumerator
    bad_size,           ///< a blob whose size is not the type's
    malformed,          ///< a text that is not in the type's form
};

/// `"a text or number that names no enumerator"`: the second half of a sentence.
[[nodiscard]] constexpr std::string_view to_string(Misfit misfit) noexcept
{
    switch (misfit) {
    case Misfit::none: return "fits";
    case Misfit::null: return "NULL where the type has no room for it";
    case Misfit::wrong_storage: return "a value of another storage class";
    case Misfit::out_of_range: return "a number that the type cannot hold";
    case Misfit::unknown_enumerator: return "a value that names no enumerator";
    case Misfit::bad_size: return "a blob of the wrong size";
    case Misfit::malformed: return "a text that is not in the form of the type";
    }
    return "unknown";
}

/// Which stored numbers a type can hold.
struct ValueLimits {
    std::int64_t least = INT64_MIN; ///< of an INTEGER
    /// The greatest number that the type holds.
    std::int64_t most = INT64_MAX;
    bool single = false; ///< a REAL that is a float

    /// Whether there are limits at all.
    [[nodiscard]] constexpr bool any() const noexcept
    {
        return least != INT64_MIN || most != INT64_MAX || single;
    }
    friend constexpr bool operator==(const ValueLimits&, const ValueLimits&) = default;
};

/// How `T` is stored. Specialise it to make a type of your own a column:
///
///     template <>
///     struct tenantry::sqlite::Codec<Celsius> {
///         static constexpr Storage storage = Storage::real;
///         template <ParameterBinder B>
///         static void bind(B& to, int index, const Celsius& value) { to.real(index, value.degrees); }
///         template <RowReader R>
///         static Misfit read(R& from, int column, Celsius& out) { return Codec<double>::read(from, column, out.degrees); }
///     };
///
/// - `storage` is the column's type in a STRICT table.
/// - `nullable` (optional, false): true if NULL is a value of the type; then the column is not NOT NULL.
/// - `is_json` (optional, false): true if its text is JSON; then the functions of JSON take its columns.
/// - `bind` must not hand over text or bytes that die with the call: they are bound without a copy and have
///   to live as long as `value`. What is made for the call goes through `to.temporary_text(index, text)` or
///   `to.temporary_blob(index, bytes)`. What cannot be stored is refused: `to.refuse(Error(...))`.
/// - `read` without `bind` or the other way round is fine for types that only go one way.
/// - `check(out, column)` (optional): writes the condition of a CHECK clause. `out` has `text(string_view)`,
///   `literal(string_view)` (quoted as SQL text) and `integer(int64_t)`; `column` is quoted already.
/// - `meaning(out)` (optional): writes what the stored value means, "time in 1/1000 s" or any text of yours without
///   "*/" in it. It is kept with the column, so that a declaration which means something else by the same values is
///   refused while there are any, and not taken for the same.
/// - `limits` (optional): a `ValueLimits`, which migrations check rows against that were written as another type.
template <class T>
struct Codec;

} // namespace tenantry::sqlite

namespace tenantry::detail {

// What stands in for a binder and a reader when it is asked whether a codec has the functions.
struct AnyBinder {
    void null(int);
    void integer(int, std::int64_t);
    void real(int, double);
    void text(int, std::string_view);
    void blob(int, std::span<const std::byte>);
    void temporary_text(int, std::string_view);
    void temporary_blob(int, std::span<const std::byte>);
    [[nodiscard]] std::uint64_t incarnation() const;
    void refuse(Error);
};

struct AnyReader {
    [[nodiscard]] sqlite::Storage storage(int) const;
    [[nodiscard]] std::int64_t integer(int) const;
    [[nodiscard]] double real(int) const;
    [[nodiscard]] std::string_view text(int) const;
    [[nodiscard]] std::span<const std::byte> blob(int) const;
    [[nodiscard]] std::uint64_t incarnation() const;
};

} // namespace tenantry::detail

namespace tenantry::sqlite {

/// `T` can be a parameter of a statement.
template <class T>
concept Bindable = requires(detail::AnyBinder& to, const T& value) {
    { Codec<T>::storage } -> std::convertible_to<Storage>;
    Codec<T>::bind(to, 1, value);
};

/// `T` can be read from a column.
template <class T>
concept Readable = requires(detail::AnyReader& from, T& out) {
    { Codec<T>::storage } -> std::convertible_to<Storage>;
    { Codec<T>::read(from, 0, out) } -> std::same_as<Misfit>;
};

/// `T` can be a field of a row.
template <class T>
concept Storable = Bindable<T> && Readable<T> && std::default_initializable<T>;

/// Whether a column of `T` takes NULL.
template <class T>
inline constexpr bool is_nullable = [] {
    if constexpr (requires { Codec<T>::nullable; })
        return static_cast<bool>(Codec<T>::nullable);
    else
        return false;
}();

/// The numbers that a column of `T` can hold.
template <class T>
inline constexpr ValueLimits value_limits = [] {
    if constexpr (requires { Codec<T>::limits; })
        return ValueLimits(Codec<T>::limits);
    else
        return ValueLimits{};
}();

/// The type's name in a STRICT table: `"INTEGER"`. `Storage::null` stands for ANY.
[[nodiscard]] constexpr std::string_view storage_name(Storage storage) noexcept
{
    switch (storage) {
    case Storage::integer: return "INTEGER";
    case Storage::real: return "REAL";
    case Storage::text: return "TEXT";
    case Storage::blob: return "BLOB";
    case Storage::null: break;
    }
    return "ANY";
}

} // namespace tenantry::sqlite
