// A file, or standard input, read without blocking the thread.
#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <tenantry/core/error.hpp>

namespace slots {

namespace asio = boost::asio;
using tenantry::errc;
using tenantry::fail;
using tenantry::Result;

class Input {
public:
    /// "-" is standard input.
    [[nodiscard]] static Result<Input> open(const asio::any_io_executor& executor, const std::string& name)
    {
        const bool standard = name == "-";
        const int file = standard ? ::dup(STDIN_FILENO) : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
        struct ::stat status{};
        if (file < 0 || ::fstat(file, &status) != 0)
            return fail(errc::io_error,
                        "cannot open '" + name + "': " + std::generic_category().message(errno));
        Input input(asio::posix::stream_descriptor(executor, file), standard ? "(standard input)" : name);
        if (S_ISDIR(status.st_mode)) return fail(errc::io_error, "'" + name + "' is a directory");
        if (S_ISREG(status.st_mode)) input.size_ = static_cast<std::uintmax_t>(status.st_size);
        return input;
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// In bytes, where it is known beforehand.
    [[nodiscard]] std::optional<std::uintmax_t> size() const noexcept { return size_; }

    /// The number of bytes that came, 0 at the end. `errc::cancelled` after stop().
    [[nodiscard]] asio::awaitable<Result<std::size_t>> read_some(asio::mutable_buffer buffer)
    {
        const auto [error, size] =
            co_await file_.async_read_some(buffer, asio::as_tuple(asio::use_awaitable));
        if (error == asio::error::eof) co_return std::size_t{0};
        if (error == asio::error::operation_aborted) co_return fail(errc::cancelled);
        if (error) co_return fail(errc::io_error, "reading '" + name_ + "': " + error.message());
        co_return size;
    }

    void stop() { file_.cancel(); }

private:
    Input(asio::posix::stream_descriptor file, std::string name)
        : file_(std::move(file)), name_(std::move(name))
    {}

    asio::posix::stream_descriptor file_;
    std::string name_;
    std::optional<std::uintmax_t> size_;
};

} // namespace slots
