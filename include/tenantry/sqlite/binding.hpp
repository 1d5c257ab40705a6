// The two concepts through which typed statements send parameters and read rows, whatever backend runs them.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <tenantry/core/error.hpp>

namespace tenantry::sqlite {

/// How a value is stored: SQLite's five storage classes (https://sqlite.org/datatype3.html).
/// The numbers are those of the C API, so that asking for one costs no translation.
enum class Storage : int { integer = 1, real = 2, text = 3, blob = 4, null = 5 };

/// Takes the parameters of one statement. Parameters count from 1.
///
/// Nothing is returned per parameter: the first failure is remembered and reported when the statement
/// runs. Texts and blobs are not copied: they must outlive the run. What is made for the call alone goes through
/// `temporary_text` and `temporary_blob`, which copy.
/// `incarnation()` says which tenant the statement runs for (0: none), so that an id of another one can
/// be refused with `refuse()`; the first refusal is kept and the statement does not run.
template <class B>
concept ParameterBinder = requires(B& binder, const B& constant, int i, std::int64_t integer, double real,
                                   std::string_view text, std::span<const std::byte> blob, Error error) {
    { binder.null(i) } -> std::same_as<void>;
    { binder.integer(i, integer) } -> std::same_as<void>;
    { binder.real(i, real) } -> std::same_as<void>;
    { binder.text(i, text) } -> std::same_as<void>;
    { binder.blob(i, blob) } -> std::same_as<void>;
    { binder.temporary_text(i, text) } -> std::same_as<void>;
    { binder.temporary_blob(i, blob) } -> std::same_as<void>;
    { binder.refuse(error) } -> std::same_as<void>;
    { constant.incarnation() } -> std::same_as<std::uint64_t>;
};

/// Reads the columns of the current row. Columns count from 0.
///
/// Ask for `storage()` first and then for the value of that storage: asking for another one converts.
/// Texts and blobs are views into the row: they end with the next step or reset.
template <class R>
concept RowReader = requires(const R& row, int column) {
    { row.storage(column) } -> std::same_as<Storage>;
    { row.integer(column) } -> std::same_as<std::int64_t>;
    { row.real(column) } -> std::same_as<double>;
    { row.text(column) } -> std::same_as<std::string_view>;
    { row.blob(column) } -> std::same_as<std::span<const std::byte>>;
    { row.incarnation() } -> std::same_as<std::uint64_t>;
};

} // namespace tenantry::sqlite
