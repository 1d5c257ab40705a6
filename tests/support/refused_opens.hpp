// Files that SQLite's own file system cannot open for writing, and perhaps not for reading either, as often as it is told.
#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>

namespace tenantry::test {

/// While it lives: the first `times` that SQLite wants to open a file whose name ends with `suffix`, there is none; the next
/// time there is one again, but not before it has tried to open it for writing. It goes on to read what it cannot write. One at a
/// time, and for one thread.
class RefusedOpens {
public:
    RefusedOpens(std::string suffix, int times)
    {
        if (vfs_->xSetSystemCall == nullptr) throw std::runtime_error("this SQLite's system calls are fixed");
        suffix_ = std::move(suffix);
        left_ = 2 * times + 1; // to write, and then to read
        vfs_->xSetSystemCall(vfs_, "open", reinterpret_cast<sqlite3_syscall_ptr>(&open));
    }
    RefusedOpens(const RefusedOpens&) = delete;
    RefusedOpens& operator=(const RefusedOpens&) = delete;
    ~RefusedOpens() { vfs_->xSetSystemCall(vfs_, "open", nullptr); } // what it was before

    /// How many are still to be refused.
    [[nodiscard]] int left() const noexcept { return left_; }

private:
    static int open(const char* path, int flags, int mode)
    {
        if (left_ > 0 && std::string_view(path).ends_with(suffix_)) {
            --left_;
            errno = ENOENT;
            return -1;
        }
        return ::open(path, flags, mode);
    }

    sqlite3_vfs* vfs_ = sqlite3_vfs_find(nullptr);
    static inline std::string suffix_;
    static inline int left_ = 0;
};

} // namespace tenantry::test
