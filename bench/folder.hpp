// A place on disk for one run of a measurement.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include <unistd.h>

namespace bench {

/// A directory that is gone at the end.
class Folder {
public:
    explicit Folder(const std::filesystem::path& parent)
        : path_(std::filesystem::canonical(parent) / ("tenantry-bench-" + std::to_string(::getpid())))
    {
        std::filesystem::create_directory(path_);
    }
    ~Folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace bench
