// What a careful programmer writes with SQLite's C API and Asio for the same tenants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include "tenants.hpp"

namespace bench {

/// A connection with its statements, prepared once and kept. One user at a time.
class ByHand {
public:
    struct Audit {
        std::int64_t id = 0;
        std::string module{};
        std::string action{};
        std::optional<std::string> target{};
        Status status{};
        std::optional<std::int64_t> duration_ms{};
        std::int64_t at = 0;
    };

    /// The tables, by the statements; durable when it returns, if `durable`.
    static void create(const std::filesystem::path& path, bool durable = false);

    enum class Mode { normal, full };

    /// With pragmas as tenantry's.
    explicit ByHand(const std::filesystem::path& path, Mode mode = Mode::normal);
    ~ByHand();
    ByHand(ByHand&& other) noexcept;
    ByHand(const ByHand&) = delete;
    ByHand& operator=(const ByHand&) = delete;
    ByHand& operator=(ByHand&&) = delete;

    /// As `sqlite3_open` gives it, without a pragma.
    [[nodiscard]] static ByHand plain(const std::filesystem::path& path);

    void fill(std::int64_t entries);
    void begin();
    void commit();
    std::int64_t insert(const AuditLog& row);
    void upsert(const Config& row);
    Audit lookup(std::int64_t id);
    std::vector<Audit> latest();
    std::int64_t total();

    [[nodiscard]] sqlite3* handle() const noexcept { return db_; }

private:
    ByHand() = default;
    sqlite3_stmt* prepare(sqlite3_stmt*& stmt, const char* sql);
    void run(sqlite3_stmt*& stmt, const char* sql);
    static Audit read(sqlite3_stmt* stmt);

    sqlite3* db_ = nullptr;
    sqlite3_stmt* insert_ = nullptr; // prepared when they are first used
    sqlite3_stmt* upsert_ = nullptr;
    sqlite3_stmt* lookup_ = nullptr;
    sqlite3_stmt* latest_ = nullptr;
    sqlite3_stmt* total_ = nullptr;
    sqlite3_stmt* begin_ = nullptr;
    sqlite3_stmt* commit_ = nullptr;
};

using Strand = boost::asio::strand<boost::asio::thread_pool::executor_type>;

/// Runs `work()` on the strand, and then the handler with what it gives, where the handler belongs.
template <class Work, class Token>
auto async_run(const Strand& strand, Work work, Token&& token)
{
    using R = decltype(work());
    auto begin = [](auto handler, const Strand& on, Work what) {
        auto executor = boost::asio::prefer(boost::asio::get_associated_executor(handler, on),
                                            boost::asio::execution::outstanding_work.tracked);
        boost::asio::post(on, [executor = std::move(executor), handler = std::move(handler),
                               what = std::move(what)]() mutable {
            R result = what();
            boost::asio::post(executor, [handler = std::move(handler), result = std::move(result)]() mutable {
                std::move(handler)(std::move(result));
            });
        });
    };
    return boost::asio::async_initiate<Token, void(R)>(begin, token, strand, std::move(work));
}

} // namespace bench
