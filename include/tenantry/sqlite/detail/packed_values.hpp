// Values of columns as a short sequence of bytes, and back, by their codecs: what goes out as a cursor or an external id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/binding.hpp>

namespace tenantry::detail {

/// Packs what is bound, one value after the other. Models ParameterBinder.
///
/// A value begins with a byte: 0 to 8 an integer of so many bytes that is not negative, 16 to 24 the complement of a negative
/// one, 32 a REAL of 8 bytes, 33 a TEXT and 34 a BLOB behind their size, 35 NULL. There is one sequence for given values.
class PackedValues {
public:
    explicit PackedValues(std::uint64_t incarnation) noexcept : incarnation_(incarnation) {}

    void null(int);
    void integer(int, std::int64_t value);
    void real(int, double value);
    void text(int, std::string_view value);
    void blob(int, std::span<const std::byte> value);
    void temporary_text(int i, std::string_view value) { text(i, value); }
    void temporary_blob(int i, std::span<const std::byte> value) { blob(i, value); }
    void refuse(Error error);

    [[nodiscard]] std::uint64_t incarnation() const noexcept { return incarnation_; }

    /// The bytes, or why one of the values is refused.
    [[nodiscard]] Result<std::string> take();

private:
    void number(char kind, std::uint64_t value);
    void bytes(char kind, std::string_view value);

    std::uint64_t incarnation_;
    std::string packed_;
    std::optional<Error> refused_;
};

static_assert(sqlite::ParameterBinder<PackedValues>);

/// Packed values as the columns of a row. Models RowReader. Views the bytes.
class UnpackedValues {
public:
    UnpackedValues() = default;

    /// nullopt where the bytes are not such a sequence.
    [[nodiscard]] static std::optional<UnpackedValues> of(std::string_view packed);

    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

    [[nodiscard]] sqlite::Storage storage(int column) const { return at(column).storage; }
    [[nodiscard]] std::int64_t integer(int column) const { return at(column).integer; }
    [[nodiscard]] double real(int column) const { return at(column).real; }
    [[nodiscard]] std::string_view text(int column) const { return at(column).bytes; }
    [[nodiscard]] std::span<const std::byte> blob(int column) const
    {
        return std::as_bytes(std::span(at(column).bytes));
    }
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return 0; }

private:
    struct Value {
        sqlite::Storage storage = sqlite::Storage::null;
        std::int64_t integer = 0;
        double real = 0;
        std::string_view bytes{};
    };

    [[nodiscard]] const Value& at(int column) const { return values_[static_cast<std::size_t>(column)]; }

    std::vector<Value> values_;
};

static_assert(sqlite::RowReader<UnpackedValues>);

/// A number as eight bytes, the lowest first.
[[nodiscard]] std::string mark_bytes(std::uint64_t mark);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/packed_values.ipp>
#endif
