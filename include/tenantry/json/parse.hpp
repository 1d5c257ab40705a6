// parse_json(text): a text as JSON, strictly.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>

#include <tenantry/core/detail/utf8.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry {

namespace detail {

// What Boost's parser tells of a document.
class JsonHandler {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    using View = boost::json::string_view;
    using Code = boost::json::error_code;

    bool on_document_begin(Code&)
    {
        stack_.reset();
        return true;
    }
    bool on_document_end(Code&) { return true; }
    bool on_array_begin(Code&) { return true; }
    bool on_array_end(std::size_t n, Code&)
    {
        stack_.push_array(n);
        return true;
    }
    bool on_object_begin(Code&) { return true; }
    bool on_object_end(std::size_t n, Code& code)
    {
        // The last n keys are those of this object: those of objects in it are gone.
        const auto begin = keys_.end() - static_cast<std::ptrdiff_t>(n);
        std::sort(begin, keys_.end());
        const auto twice = std::adjacent_find(begin, keys_.end());
        if (twice != keys_.end()) {
            twice_ = *twice;
            return stop(code);
        }
        keys_.erase(begin, keys_.end());
        stack_.push_object(n);
        return true;
    }
    bool on_string_part(View text, std::size_t, Code&)
    {
        stack_.push_chars(text);
        return true;
    }
    bool on_string(View text, std::size_t, Code&)
    {
        stack_.push_string(text);
        return true;
    }
    bool on_key_part(View text, std::size_t, Code&)
    {
        key_.append(text.data(), text.size());
        stack_.push_chars(text);
        return true;
    }
    bool on_key(View text, std::size_t, Code&)
    {
        key_.append(text.data(), text.size());
        keys_.push_back(std::exchange(key_, {}));
        stack_.push_key(text);
        return true;
    }
    bool on_number_part(View text, Code&)
    {
        number_.append(text.data(), text.size());
        return true;
    }
    bool on_int64(std::int64_t value, View, Code&)
    {
        number_.clear();
        stack_.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, View, Code&)
    {
        number_.clear();
        stack_.push_uint64(value);
        return true;
    }
    // Boost's own reading of a number may be off by its last bit.
    bool on_double(double value, View text, Code& code)
    {
        number_.append(text.data(), text.size());
#if defined(__cpp_lib_to_chars)
        double exact = 0;
        const char* const end = number_.data() + number_.size();
        if (const auto read = std::from_chars(number_.data(), end, exact);
            read.ec == std::errc() && read.ptr == end)
            value = exact;
#endif
        too_large_ = !std::isfinite(value);
        if (too_large_) return stop(code);
        number_.clear();
        stack_.push_double(value);
        return true;
    }
    bool on_bool(bool value, Code&)
    {
        stack_.push_bool(value);
        return true;
    }
    bool on_null(Code&)
    {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(View, Code&) { return true; }
    bool on_comment(View, Code&) { return true; }

    [[nodiscard]] boost::json::value take() { return stack_.release(); }

    // What it has stopped for; empty where that was Boost's doing.
    [[nodiscard]] std::string stopped_for() const
    {
        if (too_large_) return "the number " + number_.substr(0, 40) + " is too large";
        if (is_stopped_) return "the member '" + std::string(shown_part(twice_, 100)) + "' is there twice";
        return {};
    }

private:
    bool stop(Code& code)
    {
        is_stopped_ = true;
        code = boost::json::error::syntax;
        return false;
    }

    boost::json::value_stack stack_;
    std::vector<std::string> keys_; // of the objects that are open
    std::string key_;
    std::string number_;
    std::string twice_;
    bool is_stopped_ = false;
    bool too_large_ = false;
};

} // namespace detail

/// The JSON that a text is (RFC 8259), and nothing behind it: UTF-8, at most 32 levels deep, no member of an object twice
/// (Boost's `parse` keeps the last of them), numbers as exactly as a double can hold them. The length of the text
/// is not limited here; limit it where it is read from the network.
///
/// Errors: invalid_json, with the place.
[[nodiscard]] inline Result<boost::json::value> parse_json(std::string_view text)
{
    boost::json::basic_parser<detail::JsonHandler> parser{boost::json::parse_options()};
    boost::json::error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    if (!error && read < text.size()) error = boost::json::error::extra_data;
    if (!error) return parser.handler().take();
    std::string message = "not JSON, from byte " + std::to_string(read) + " on: ";
    if (std::string own = parser.handler().stopped_for(); !own.empty())
        message = std::move(own);
    else
        message += error.message();
    return fail(errc::invalid_json, std::move(message));
}

} // namespace tenantry
