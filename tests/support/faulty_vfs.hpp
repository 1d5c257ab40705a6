// A SQLite file system for tests: the default one, made to fail at a chosen moment.
#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <sqlite3.h>
#include <unistd.h>

namespace tenantry::test {

/// While it lives, connections that are opened go through it (they must be closed before it goes). It counts
/// what is done to files and fails the n-th of a kind with a chosen code, and all after it if asked to.
/// One at a time; counting and failing are thread-safe.
class FaultyVfs {
public:
    enum class Op {
        open,
        read,
        write,
        sync,
        truncate,
        remove,
        shm,
        lock,
        database,   ///< of a database itself, which is opened
        checkpoint, ///< the lock that every checkpoint begins with
        unfetch, ///< a checkpoint that finds a log changed gives mapped pages back, before it looks what is left to do
        count_
    };

    /// As the code of a failure: the process ends there and then, as if it was killed.
    static constexpr int crash = -1;
    /// With this status.
    static constexpr int crash_status = 86;

    FaultyVfs() : real_(sqlite3_vfs_find(nullptr))
    {
        static std::atomic<int> serial{0};
        name_ = "faulty-" + std::to_string(++serial);
        vfs_ = *real_;
        vfs_.pNext = nullptr;
        vfs_.zName = name_.c_str();
        vfs_.pAppData = this;
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
        vfs_.xOpen = &open;
        vfs_.xDelete = &remove;
        vfs_.xAccess = [](sqlite3_vfs* v, const char* n, int f, int* r) {
            return real(v)->xAccess(real(v), n, f, r);
        };
        vfs_.xFullPathname = [](sqlite3_vfs* v, const char* n, int s, char* o) {
            return real(v)->xFullPathname(real(v), n, s, o);
        };
        vfs_.xGetLastError = [](sqlite3_vfs* v, int s, char* o) {
            const int planted = self(v)->errno_.load();
            return planted != 0 ? planted : real(v)->xGetLastError(real(v), s, o);
        };
        if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) throw std::runtime_error("sqlite3_vfs_register");
    }
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;
    ~FaultyVfs()
    {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(real_, 1);
    }

    /// The n-th `op` from now on (the next is 1) fails with `code`; with `forever`, so do all later ones.
    /// `system_error` is the errno SQLite is told of.
    void fail(Op op, int nth, int code, bool forever = false, int system_error = 0)
    {
        Plan& plan = plans_[static_cast<std::size_t>(op)];
        plan.code = code;
        plan.forever = forever;
        errno_ = system_error;
        plan.at = plan.seen + nth;
    }

    /// The n-th `op` from now on (the next is 1) calls `what` before it is done, in the thread that does it. Once.
    void call(Op op, int nth, std::function<void()> what)
    {
        Plan& plan = plans_[static_cast<std::size_t>(op)];
        plan.what = std::move(what);
        plan.call_at = plan.seen + nth;
    }

    /// Nothing fails or is called any more.
    void heal()
    {
        for (Plan& plan : plans_) plan.at = plan.call_at = 0;
        errno_ = 0;
    }

    /// How often `op` was asked for so far, failed ones included.
    [[nodiscard]] int count(Op op) const { return plans_[static_cast<std::size_t>(op)].seen; }

    /// How many were made to fail.
    [[nodiscard]] int failures() const { return failures_; }

private:
    struct Plan {
        std::atomic<int> seen{0};
        std::atomic<int> at{0};
        std::atomic<int> code{0};
        std::atomic<bool> forever{false};
        std::atomic<int> call_at{0};
        std::function<void()> what;
    };

    // Behind it in memory comes the real file.
    struct File {
        sqlite3_file base;
        FaultyVfs* owner;
        sqlite3_io_methods methods;
    };

    int next(Op op)
    {
        Plan& plan = plans_[static_cast<std::size_t>(op)];
        const int number = ++plan.seen;
        if (number == plan.call_at) plan.what();
        const int at = plan.at;
        if (at == 0 || number < at || (number > at && !plan.forever)) return SQLITE_OK;
        if (plan.code == crash) ::_exit(crash_status);
        ++failures_;
        return plan.code;
    }

    static FaultyVfs* self(sqlite3_vfs* vfs) { return static_cast<FaultyVfs*>(vfs->pAppData); }
    static sqlite3_vfs* real(sqlite3_vfs* vfs) { return self(vfs)->real_; }
    static File* mine(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
    static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(mine(file) + 1); }

    static int remove(sqlite3_vfs* vfs, const char* name, int sync)
    {
        if (const int code = self(vfs)->next(Op::remove)) return code;
        return real(vfs)->xDelete(real(vfs), name, sync);
    }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out)
    {
        file->pMethods = nullptr;
        if (const int code = self(vfs)->next(Op::open)) return code;
        if ((flags & SQLITE_OPEN_MAIN_DB) != 0)
            if (const int code = self(vfs)->next(Op::database)) return code;
        const int code = real(vfs)->xOpen(real(vfs), name, real(file), flags, out);
        if (real(file)->pMethods == nullptr) return code;
        File* wrapped = mine(file);
        wrapped->owner = self(vfs);
        wrapped->methods = methods(real(file)->pMethods->iVersion);
        wrapped->base.pMethods = &wrapped->methods;
        return code;
    }

    static sqlite3_io_methods methods(int version)
    {
        sqlite3_io_methods m{};
        m.iVersion = version;
        m.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
        m.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
            if (const int code = mine(f)->owner->next(Op::read)) return code;
            return real(f)->pMethods->xRead(real(f), to, n, at);
        };
        m.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
            if (const int code = mine(f)->owner->next(Op::write)) return code;
            return real(f)->pMethods->xWrite(real(f), from, n, at);
        };
        m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
            if (const int code = mine(f)->owner->next(Op::truncate)) return code;
            return real(f)->pMethods->xTruncate(real(f), size);
        };
        m.xSync = [](sqlite3_file* f, int flags) {
            if (const int code = mine(f)->owner->next(Op::sync)) return code;
            return real(f)->pMethods->xSync(real(f), flags);
        };
        m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
            return real(f)->pMethods->xFileSize(real(f), size);
        };
        m.xLock = [](sqlite3_file* f, int level) {
            if (const int code = mine(f)->owner->next(Op::lock)) return code;
            return real(f)->pMethods->xLock(real(f), level);
        };
        m.xUnlock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); };
        m.xCheckReservedLock = [](sqlite3_file* f, int* held) {
            return real(f)->pMethods->xCheckReservedLock(real(f), held);
        };
        m.xFileControl = [](sqlite3_file* f, int op, void* arg) {
            return real(f)->pMethods->xFileControl(real(f), op, arg);
        };
        m.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
        m.xDeviceCharacteristics = [](sqlite3_file* f) {
            return real(f)->pMethods->xDeviceCharacteristics(real(f));
        };
        m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, volatile void** out) {
            if (const int code = mine(f)->owner->next(Op::shm)) return code;
            return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
        };
        m.xShmLock = [](sqlite3_file* f, int at, int n, int flags) {
            constexpr int checkpointer = 1; // https://sqlite.org/walformat.html#wal_locks
            constexpr int exclusive = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE;
            if ((flags & SQLITE_SHM_LOCK) != 0)
                if (const int code = mine(f)->owner->next(Op::lock)) return code;
            if (at == checkpointer && n == 1 && flags == exclusive)
                if (const int code = mine(f)->owner->next(Op::checkpoint)) return code;
            return real(f)->pMethods->xShmLock(real(f), at, n, flags);
        };
        m.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
        m.xShmUnmap = [](sqlite3_file* f, int remove) {
            return real(f)->pMethods->xShmUnmap(real(f), remove);
        };
        m.xFetch = [](sqlite3_file* f, sqlite3_int64 at, int n, void** out) {
            return real(f)->pMethods->xFetch(real(f), at, n, out);
        };
        m.xUnfetch = [](sqlite3_file* f, sqlite3_int64 at, void* page) {
            if (page == nullptr) (void)mine(f)->owner->next(Op::unfetch);
            return real(f)->pMethods->xUnfetch(real(f), at, page);
        };
        return m;
    }

    sqlite3_vfs* real_;
    sqlite3_vfs vfs_{};
    std::string name_;
    std::array<Plan, static_cast<std::size_t>(Op::count_)> plans_{};
    std::atomic<int> errno_{0};
    std::atomic<int> failures_{0};
};

} // namespace tenantry::test
