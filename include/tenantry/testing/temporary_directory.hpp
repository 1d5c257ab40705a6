// A directory for one test, gone with it.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace tenantry::testing {

/// A new directory of mode 0700 under the system's temporary one (`TMPDIR`), removed with all that is in it.
class TemporaryDirectory {
public:
    /// Throws `std::system_error` where there can be none.
    TemporaryDirectory()
    {
        // Without symbolic links on the way, since database files are opened with NOFOLLOW.
        std::string name =
            std::filesystem::canonical(std::filesystem::temp_directory_path()) / "tenantry-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
        path_ = std::move(name);
    }
    TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept
    {
        if (this != &other) {
            remove();
            path_ = std::exchange(other.path_, {});
        }
        return *this;
    }
    ~TemporaryDirectory() { remove(); }

    /// Empty once it was moved from.
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    void remove() noexcept
    {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }

    std::filesystem::path path_;
};

} // namespace tenantry::testing
