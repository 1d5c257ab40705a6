// What is done for a person only: colours, and a line that is written again and again.
#pragma once

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include <unistd.h>

namespace slots {

/// Whether file descriptor `file` is a terminal that moves its cursor when asked to.
[[nodiscard]] inline bool is_terminal(int file)
{
    const char* kind = std::getenv("TERM");
    return ::isatty(file) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

/// Bold on a terminal, and as it is everywhere else and where NO_COLOR is set (https://no-color.org).
[[nodiscard]] inline std::string bold(const std::string& text)
{
    const char* no_colour = std::getenv("NO_COLOR");
    static const bool plain = !is_terminal(STDOUT_FILENO) || (no_colour != nullptr && *no_colour != '\0');
    return plain ? text : "\x1b[1m" + text + "\x1b[0m";
}

/// The last line of standard error, on a terminal; nothing elsewhere.
class ProgressLine {
public:
    ~ProgressLine() { clear(); }

    [[nodiscard]] bool visible() const noexcept { return visible_; }

    void show(std::string_view text)
    {
        if (!visible_) return;
        std::cerr << "\r\x1b[K" << text << std::flush;
        shown_ = true;
    }

    /// To be called before anything else is written.
    void clear()
    {
        if (shown_) std::cerr << "\r\x1b[K" << std::flush;
        shown_ = false;
    }

private:
    bool visible_ = is_terminal(STDERR_FILENO);
    bool shown_ = false;
};

} // namespace slots
