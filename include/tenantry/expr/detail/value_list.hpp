// Values of one type, as many as there are at run time, in one or two parameters.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry::detail {

// The text is the same for any number of values, and the values come back exactly as they were:
// - integers are numbers of a JSON array;
// - a real is [n, e], which is n * 2^e: SQLite would round decimal digits. The text multiplies;
// - texts and blobs lie end to end in one blob, since JSON cannot hold every byte. The list is an object of their
//   places and sizes. The blob begins with a byte of its own, so that it is never empty, of which substr makes NULL.
constexpr std::string_view list_text(sqlite::Storage storage) noexcept
{
    switch (storage) {
    case sqlite::Storage::text: return "SELECT CAST(substr(?, key, value) AS TEXT) FROM json_each(?)";
    case sqlite::Storage::blob: return "SELECT substr(?, key, value) FROM json_each(?)";
    case sqlite::Storage::real:
        return "WITH RECURSIVE \"list\"(\"n\", \"e\") AS ("
               "SELECT CAST(value ->> 0 AS REAL), value ->> 1 FROM json_each(?) UNION ALL "
               "SELECT iif(\"e\" > 0, \"n\" * (1 << min(\"e\", 60)), \"n\" / (1 << min(-\"e\", 60))), "
               "max(abs(\"e\") - 60, 0) * sign(\"e\") FROM \"list\" WHERE \"e\" <> 0"
               ") SELECT \"n\" FROM \"list\" WHERE \"e\" = 0";
    case sqlite::Storage::integer:
    case sqlite::Storage::null: break;
    }
    return "SELECT value FROM json_each(?)";
}

[[gnu::cold, gnu::noinline]] inline Error not_as_its_codec_says()
{
    return Error(errc::invalid_argument, "a value in a list is bound in another storage than its codec says");
}

// What a list is as parameters: a text that says what is in it, and the bytes that do not fit into that.
class ListText {
public:
    // Which tenant the next value belongs to, which has to be that of all.
    void belongs_to(std::uint64_t incarnation, std::string_view row)
    {
        if (!row_.empty() && incarnation != incarnation_) refuse(stranger(row));
        incarnation_ = incarnation;
        row_ = row;
    }

    [[nodiscard]] std::uint64_t incarnation() const noexcept { return incarnation_; }

    void refuse(Error error)
    {
        if (!refusal_) refusal_ = std::make_shared<const Error>(std::move(error));
    }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept
    {
        return std::as_bytes(std::span(bytes_.data(), bytes_.size()));
    }

    // The list itself; a list of another tenant's ids is refused.
    template <sqlite::ParameterBinder B>
    void bind(B& to, int index) const
    {
        if (refusal_) [[unlikely]]
            to.refuse(*refusal_);
        else if (!row_.empty() && incarnation_ != to.incarnation()) [[unlikely]]
            to.refuse(stranger(row_));
        else
            to.text(index, places_);
    }

protected:
    ListText() = default;

    [[nodiscard]] static std::string digits(std::int64_t value)
    {
        std::array<char, 24> to{};
        const auto written = std::to_chars(to.data(), to.data() + to.size(), value);
        return {to.data(), written.ptr};
    }

    void begin(char bracket) { places_.push_back(bracket); }
    void end(char bracket) { places_.push_back(bracket); }
    void comma()
    {
        if (places_.back() != '[' && places_.back() != '{') places_.push_back(',');
    }
    void number(std::string_view text)
    {
        comma();
        places_.append(text);
    }

    std::string places_;
    std::string bytes_;

private:
    std::string_view row_; // of ids: what they are ids of
    std::uint64_t incarnation_ = 0;
    std::shared_ptr<const Error> refusal_;
};

// Takes values as their codecs bind them. Models ParameterBinder.
class ValueList : public ListText {
public:
    explicit ValueList(sqlite::Storage storage) : storage_(storage)
    {
        begin(has_bytes() ? '{' : '[');
        if (has_bytes()) bytes_.push_back('\0');
    }

    void null(int)
    {
        if (has_bytes())
            place(0, "null");
        else
            number(storage_ == sqlite::Storage::real ? "[null,0]" : "null");
    }

    void integer(int i, std::int64_t value)
    {
        if (storage_ == sqlite::Storage::real) return real(i, static_cast<double>(value));
        if (has_bytes()) return refuse(not_as_its_codec_says());
        number(digits(value));
    }

    void real(int, double value)
    {
        if (storage_ != sqlite::Storage::real) return refuse(not_as_its_codec_says());
        std::int64_t n = 0;
        int e = 0;
        if (std::isinf(value)) {
            n = value > 0 ? 1 : -1;
            e = 1100; // beyond every double
        } else if (value != 0) {
            n = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &e), 53));
            for (e -= 53; n % 2 == 0; ++e) n /= 2;
        }
        number("[" + digits(n) + "," + digits(e) + "]");
    }

    void text(int, std::string_view value)
    {
        if (storage_ != sqlite::Storage::text) return refuse(not_as_its_codec_says());
        add_bytes(value);
    }

    void blob(int, std::span<const std::byte> value)
    {
        if (storage_ != sqlite::Storage::blob) return refuse(not_as_its_codec_says());
        add_bytes({reinterpret_cast<const char*>(value.data()), value.size()});
    }

    // they are copied anyway
    void temporary_text(int i, std::string_view value) { text(i, value); }
    void temporary_blob(int i, std::span<const std::byte> value) { blob(i, value); }

    void end() { ListText::end(has_bytes() ? '}' : ']'); }

private:
    [[nodiscard]] bool has_bytes() const noexcept
    {
        return storage_ == sqlite::Storage::text || storage_ == sqlite::Storage::blob;
    }

    void place(std::size_t at, std::string_view size)
    {
        comma();
        places_.append("\"").append(digits(static_cast<std::int64_t>(at))).append("\":").append(size);
    }

    void add_bytes(std::string_view value)
    {
        place(bytes_.size() + 1, digits(static_cast<std::int64_t>(value.size())));
        bytes_.append(value);
    }

    sqlite::Storage storage_;
};

static_assert(sqlite::ParameterBinder<ValueList>);

// One more value, which lives until the call returns.
template <class List, class T>
void append(List& list, const T& value)
{
    if constexpr (IdType<T> || KeyType<T>)
        if (value.has_value()) list.belongs_to(value.incarnation(), type_name<typename T::row_type>());
    sqlite::Codec<T>::bind(list, 0, value);
}

} // namespace tenantry::detail

/// A parameter only.
template <>
struct tenantry::sqlite::Codec<tenantry::detail::ListText> {
    static constexpr Storage storage = Storage::text;

    template <ParameterBinder B>
    static void bind(B& to, int index, const tenantry::detail::ListText& value)
    {
        value.bind(to, index);
    }
};
