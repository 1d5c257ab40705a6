// What a raw statement's text says of itself, found out at compile time: its kind, its parameters, and what
// is wrong with it. This is a lexer, not a parser: whether the statement is right SQLite knows.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace tenantry::detail {

enum class RawFault {
    none,
    empty,
    unterminated, // a string, a quoted name or a comment
    several,      // more than one statement
    transaction,
    attach,
    pragma,
    vacuum,
    bad_parameter, // ?0, or a number beyond SQLite's limit
    many_names,    // more named parameters than are counted here
};

enum class RawKind { read, write, either };

struct RawText {
    RawFault fault = RawFault::none;
    RawKind kind = RawKind::either;
    bool changes_rows = false; // an INSERT, UPDATE or DELETE, as far as the first word says
    // Whether the words are in it that say what becomes of a conflict; they may mean something else.
    bool may_leave_part = false; // OR FAIL
    bool may_roll_back = false;  // OR ROLLBACK
    std::size_t parameters = 0;
};

// https://sqlite.org/lang.html, https://sqlite.org/c3ref/bind_blob.html
class RawLexer {
public:
    constexpr explicit RawLexer(std::string_view text) : text_(text) {}

    // The names of parameters by their numbers, from 0; empty for one without a name. After scan().
    template <std::size_t Parameters>
    [[nodiscard]] constexpr std::array<std::string_view, Parameters> names() const
    {
        std::array<std::string_view, Parameters> found{};
        for (std::size_t i = 0; i < names_; ++i) found[number_[i] - 1] = name_[i];
        return found;
    }

    constexpr RawText scan()
    {
        while (next()) {
            if (token_ == ";") {
                after_semicolon_ = words_ > 0;
                continue;
            }
            if (after_semicolon_ && !in_trigger_) return with(RawFault::several);
            // END behind the last statement ends the trigger.
            if (in_trigger_ && after_semicolon_) in_trigger_ = !is("end");
            after_semicolon_ = false;
            if (is_parameter()) {
                if (!count_parameter()) return with(result_.fault);
            } else {
                if (!word()) return with(result_.fault);
            }
            ++words_;
        }
        if (unterminated_) return with(RawFault::unterminated);
        if (words_ == 0) return with(RawFault::empty);
        return result_;
    }

private:
    static constexpr std::size_t most_names = 256;
    static constexpr std::size_t most_parameters = 32766;

    static constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
    static constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static constexpr bool is_word(char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
               static_cast<unsigned char>(c) >= 0x80;
    }
    static constexpr char lower(char c)
    {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }

    constexpr char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }

    // The next token, without white space and comments. False: there is none.
    constexpr bool next()
    {
        for (;;) {
            while (at_ < text_.size() && is_space(text_[at_])) ++at_;
            if (text_.substr(at_).starts_with("\xef\xbb\xbf")) {
                at_ += 3; // a byte order mark is white space to SQLite
            } else if (at(at_) == '-' && at(at_ + 1) == '-') {
                while (at_ < text_.size() && text_[at_] != '\n') ++at_;
            } else if (at(at_) == '/' && at(at_ + 1) == '*') {
                const std::size_t end = text_.find("*/", at_ + 2);
                // SQLite lets the end of the text end the comment, too; here it is a slip.
                if (end == std::string_view::npos) return fail_open();
                at_ = end + 2;
            } else {
                break;
            }
        }
        if (at_ >= text_.size()) return false;
        const std::size_t begin = at_;
        const char c = text_[at_];
        if (c == '\'' || c == '"' || c == '`') {
            if (!skip_quoted(c)) return fail_open();
        } else if (c == '[') {
            const std::size_t end = text_.find(']', at_);
            if (end == std::string_view::npos) return fail_open();
            at_ = end + 1;
        } else if (c == '?') {
            ++at_;
            while (is_digit(at(at_))) ++at_;
        } else if (c == ':' || c == '@' || c == '#' || c == '$') {
            ++at_;
            if (!skip_name()) return fail_open();
        } else if (is_word(c)) {
            while (at_ < text_.size() && is_word(text_[at_])) ++at_;
        } else {
            ++at_;
        }
        token_ = text_.substr(begin, at_ - begin);
        return true;
    }

    constexpr bool fail_open()
    {
        unterminated_ = true;
        return false;
    }

    // The name of a parameter, which may be name::more(suffix), as Tcl has it: also :::name, but nothing without a name.
    constexpr bool skip_name()
    {
        const std::size_t begin = at_;
        bool has_name = false;
        for (;;) {
            if (is_word(at(at_))) {
                has_name = true;
                ++at_;
            } else if (at(at_) == ':' && at(at_ + 1) == ':') {
                at_ += 2;
            } else {
                break;
            }
        }
        if (!has_name) at_ = begin;
        if (at(at_) != '(' || !has_name) return true;
        at_ = text_.find(')', at_);
        if (at_ == std::string_view::npos) at_ = text_.size();
        if (at_ == text_.size()) return false;
        ++at_;
        return true;
    }

    // A doubled quote stands for one.
    constexpr bool skip_quoted(char quote)
    {
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] != quote) continue;
            if (at(at_ + 1) != quote) {
                ++at_;
                return true;
            }
            ++at_;
        }
        return false;
    }

    constexpr bool is_parameter() const
    {
        const char c = token_.front();
        if (c == '?') return true;
        if (token_.size() == 1) return false;
        // SQLite takes #name as well, but #1 is for itself.
        return c == ':' || c == '@' || c == '$' || (c == '#' && !is_digit(token_[1]));
    }

    // ?  the next number; ?7  that number; :name  the number it has, or the next
    constexpr bool count_parameter()
    {
        std::size_t number = 0;
        if (token_.front() == '?') {
            for (std::size_t i = 1; i < token_.size() && number <= most_parameters; ++i)
                number = number * 10 + static_cast<std::size_t>(token_[i] - '0');
            if (token_.size() == 1) number = result_.parameters + 1;
            if (number == 0 || number > most_parameters) return fault(RawFault::bad_parameter);
        } else {
            for (std::size_t i = 0; i < names_; ++i)
                if (name_[i] == token_) return true;
            if (names_ == most_names) return fault(RawFault::many_names);
            number = result_.parameters + 1;
            number_[names_] = number;
            name_[names_++] = token_;
        }
        if (number > result_.parameters) result_.parameters = number;
        return true;
    }

    constexpr bool is(std::string_view keyword) const
    {
        if (token_.size() != keyword.size()) return false;
        for (std::size_t i = 0; i < keyword.size(); ++i)
            if (lower(token_[i]) != keyword[i]) return false;
        return true;
    }

    template <class... Words>
    constexpr bool is_one_of(Words... keywords) const
    {
        return (is(keywords) || ...);
    }

    // The first word of a statement says what it is.
    constexpr bool word()
    {
        if (kind_known_) {
            // CREATE [TEMP|TEMPORARY] TRIGGER ... BEGIN ...; END holds statements.
            if (creates_ && words_ - kind_at_ <= 2 && is("trigger")) in_trigger_ = true;
            result_.may_leave_part = result_.may_leave_part || is("fail");
            result_.may_roll_back = result_.may_roll_back || is("rollback");
            return true;
        }
        if (is("explain")) {
            explained_ = true;
            return true;
        }
        if (explained_ && is_one_of("query", "plan")) return true;
        kind_known_ = true;
        kind_at_ = words_;
        creates_ = is("create");
        if (is_one_of("begin", "commit", "end", "rollback", "savepoint", "release"))
            return fault(RawFault::transaction);
        if (is_one_of("attach", "detach")) return fault(RawFault::attach);
        if (is("pragma")) return fault(RawFault::pragma);
        if (is("vacuum")) return fault(RawFault::vacuum);
        if (explained_ || is_one_of("select", "values"))
            result_.kind = RawKind::read;
        else if (!is("with"))
            result_.kind = RawKind::write;
        result_.changes_rows = !explained_ && is_one_of("insert", "replace", "update", "delete", "with");
        return true;
    }

    constexpr bool fault(RawFault what)
    {
        result_.fault = what;
        return false;
    }

    constexpr RawText with(RawFault what)
    {
        result_.fault = what;
        return result_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string_view token_{};
    std::size_t words_ = 0;
    bool unterminated_ = false;
    bool after_semicolon_ = false;
    bool in_trigger_ = false;
    bool creates_ = false;
    bool explained_ = false;
    bool kind_known_ = false;
    std::size_t kind_at_ = 0;
    RawText result_{};
    std::array<std::string_view, most_names> name_{};
    std::array<std::size_t, most_names> number_{};
    std::size_t names_ = 0;
};

constexpr RawText scan_raw(std::string_view text) { return RawLexer(text).scan(); }

template <std::size_t Parameters>
[[nodiscard]] constexpr std::array<std::string_view, Parameters> raw_parameter_names(std::string_view text)
{
    RawLexer lexer(text);
    lexer.scan();
    return lexer.names<Parameters>();
}

} // namespace tenantry::detail
