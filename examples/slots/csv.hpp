// Reads CSV as RFC 4180 has it, piece by piece and in bounded memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slots {

/// Takes bytes as they come and gives records. Fields may be quoted, and then hold commas, line breaks and doubled
/// quotes; lines end with LF or CRLF, the last one need not. Empty lines and a leading byte order mark are passed over.
///
/// What breaks the rules is reported, and reading goes on with the line after the one where the record began, so
/// that a stray quote costs one line. A record beyond `max_record` bytes is passed over as a whole: its lines
/// may be anybody's text, and none of them is taken for a record.
class CsvReader {
public:
    enum class Next {
        record,    ///< fields() is a record
        malformed, ///< problem() says what is wrong with the record that begins at line()
        more,      ///< feed() more, or finish()
        end,       ///< there is no more
    };

    static constexpr std::size_t default_max_record = std::size_t{1} << 20;

    explicit CsvReader(std::size_t max_record = default_max_record) : max_record_(max_record) {}

    void feed(std::string_view bytes)
    {
        buffer_.erase(0, begin_);
        begin_ = 0;
        buffer_.append(bytes);
    }

    /// Nothing follows what was fed.
    void finish() noexcept { finished_ = true; }

    [[nodiscard]] Next next()
    {
        for (;;) {
            switch (passing_ == Passing::nothing ? scan() : pass()) {
            case Step::incomplete:
                if (buffer_.size() - begin_ <= max_record_) return Next::more;
                return malformed(too_long_text, Passing::record);
            case Step::complete: {
                if (at_ - begin_ > max_record_) return malformed(too_long_text, Passing::record);
                line_ = next_line_;
                skip(at_);
                if (count_ == 1 && fields_[0].empty() && !quoted_) break; // an empty line
                fields_.resize(count_);
                return Next::record;
            }
            case Step::broken: return malformed(problem_, Passing::line);
            case Step::passed: break;
            case Step::end: return Next::end;
            }
        }
    }

    /// The record's fields, without their quotes. Valid until the next call of next().
    [[nodiscard]] const std::vector<std::string>& fields() const noexcept { return fields_; }
    [[nodiscard]] std::string_view problem() const noexcept { return problem_; }

    /// The line, from 1, where the last record or problem began.
    [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

    /// Whether the last record ended with the input instead of a line break: perhaps there was more of it.
    [[nodiscard]] bool cut() const noexcept { return cut_; }

private:
    enum class Step { incomplete, complete, broken, passed, end };
    enum class Passing { nothing, line, record };
    static constexpr std::string_view too_long_text = "the record is too long";

    // One record from begin_ on; at_ is behind it if it is complete.
    Step scan()
    {
        if (begin_ == buffer_.size()) return finished_ ? Step::end : Step::incomplete;
        if (next_line_ == 1 && !pass_byte_order_mark()) return Step::incomplete;
        at_ = begin_;
        count_ = 0;
        quoted_ = cut_ = false;
        for (;;) {
            if (fields_.size() == count_) fields_.emplace_back();
            std::string& field = fields_[count_++];
            field.clear();
            if (at_ < buffer_.size() && buffer_[at_] == '"') {
                quoted_ = true;
                if (const Step step = scan_quoted(field); step != Step::complete) return step;
            } else {
                const std::size_t stop = std::min(buffer_.find_first_of(",\"\r\n", at_), buffer_.size());
                field.assign(buffer_, at_, stop - at_);
                at_ = stop;
            }
            if (at_ == buffer_.size()) {
                cut_ = true;
                return finished_ ? Step::complete : Step::incomplete;
            }
            switch (buffer_[at_++]) {
            case ',': continue;
            case '\n': return Step::complete;
            case '\r':
                if (at_ == buffer_.size()) {
                    cut_ = true;
                    return finished_ ? Step::complete : Step::incomplete;
                }
                if (buffer_[at_++] == '\n') return Step::complete;
                return broken("a carriage return without a line feed");
            case '"': return broken("a quote within a field that does not begin with one");
            default: return broken("text behind a closing quote");
            }
        }
    }

    // at_ is on the opening quote, and goes behind the closing one.
    Step scan_quoted(std::string& field)
    {
        ++at_;
        for (;;) {
            const std::size_t quote = buffer_.find('"', at_);
            if (quote == std::string::npos)
                return finished_ ? broken("a quoted field is never closed") : Step::incomplete;
            field.append(buffer_, at_, quote - at_);
            at_ = quote + 1;
            if (at_ == buffer_.size() && !finished_)
                return Step::incomplete; // the next may be a quote as well
            if (at_ == buffer_.size() || buffer_[at_] != '"') return Step::complete;
            field += '"';
            ++at_;
        }
    }

    // False: too little is there to tell.
    bool pass_byte_order_mark()
    {
        constexpr std::string_view mark = "\xEF\xBB\xBF";
        const std::string_view start = std::string_view(buffer_).substr(begin_, mark.size());
        if (start == mark) begin_ += mark.size();
        return start.size() == mark.size() || finished_ || !mark.starts_with(start);
    }

    // Passes over what is malformed, without keeping it: over one line, or over a record to where its quotes say that
    // it ends. Every quote opens or closes: a doubled one does both.
    Step pass()
    {
        for (at_ = begin_; at_ < buffer_.size();) {
            const char c = buffer_[at_++];
            if (c == '"' && passing_ == Passing::record) open_ = !open_;
            if (c == '\n' && !open_) {
                passing_ = Passing::nothing;
                skip(at_);
                return Step::passed;
            }
        }
        skip(at_);
        return finished_ ? Step::end : Step::incomplete;
    }

    Step broken(std::string_view problem)
    {
        problem_ = problem;
        return Step::broken;
    }

    Next malformed(std::string_view problem, Passing over)
    {
        problem_ = problem;
        line_ = next_line_;
        passing_ = over;
        open_ = false;
        return Next::malformed;
    }

    void skip(std::size_t end)
    {
        const std::string_view passed = std::string_view(buffer_).substr(begin_, end - begin_);
        next_line_ += static_cast<std::uint64_t>(std::count(passed.begin(), passed.end(), '\n'));
        begin_ = end;
    }

    const std::size_t max_record_;
    std::string buffer_;
    std::size_t begin_ = 0; // of what is not consumed
    std::size_t at_ = 0;
    bool finished_ = false;

    std::vector<std::string>
        fields_; // more than count_ while a record is scanned: their memory is used again
    std::size_t count_ = 0;
    bool quoted_ = false;
    bool cut_ = false;
    std::string_view problem_;

    std::uint64_t line_ = 0;
    std::uint64_t next_line_ = 1;

    Passing passing_ = Passing::nothing;
    bool open_ = false; // passing over a record: within quotes
};

} // namespace slots
