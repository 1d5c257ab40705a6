// `slots import`: one coroutine reads, some write, and every tenant's events keep their order.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <deque>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "batch.hpp"
#include "commands.hpp"
#include "concurrency.hpp"
#include "csv.hpp"
#include "event.hpp"
#include "input.hpp"
#include "terminal.hpp"
#include "text.hpp"

namespace slots {

namespace {

constexpr std::size_t writers = 16;           // tenants written at a time
constexpr std::size_t batch_size = 4096;      // events of one transaction, at most
constexpr std::size_t held_limit = 50'000;    // events in memory; beyond it reading waits
constexpr std::size_t chunk_size = 64 * 1024; // bytes read at a time
constexpr std::int64_t problems_shown = 20;

// The way of one tenant's events into its database. At most one batch of it is being written.
struct Lane {
    std::string tenant;
    std::deque<Batch::Line> waiting;
    std::int64_t first = 0; // the number of the first that waits
    Fingerprint before;     // of those before it
    Fingerprint upto;       // of all that were read
    std::int64_t position = 0;
    bool queued = false; // it is in the line for the next writer, or being written
    bool failed = false; // an error ended it; what comes after is dropped
};

struct Counts {
    std::uint64_t lines = 0; // read so far
    std::uintmax_t bytes = 0;
    std::int64_t written = 0;
    std::int64_t skipped = 0;
    std::int64_t malformed = 0;
    std::int64_t dropped = 0; // good, but not written
    std::int64_t created = 0;
};

/// One import. Everything runs on one thread; only the fleet has others.
class Import {
public:
    Import(Context& context, Input input, std::string source, const asio::any_io_executor& executor)
        : fleet_(context.fleet),
          interrupt_(context.interrupt),
          input_(std::move(input)),
          source_(std::move(source)),
          room_(executor),
          ready_signal_(executor),
          progress_timer_(executor)
    {}

    asio::awaitable<int> run()
    {
        interrupt_.on_signal([this](int count) { count == 1 ? stop() : cancel(); });
        show_progress();
        co_await side_by_side(writers + 1, [this](std::size_t i) { return i == 0 ? read() : write(); });
        progress_timer_.cancel();
        check_ends();

        auto closed = co_await fleet_.async_close(Shutdown::drain);
        if (!closed && !cancelled_) report_failure(closed.error());
        progress_.clear();
        print_summary();
        co_return status();
    }

private:
    using Clock = std::chrono::steady_clock;

    // --- Reading ---------------------------------------------------------------------------------------------------

    asio::awaitable<void> read()
    {
        CsvReader csv;
        std::vector<char> chunk(chunk_size);
        while (!stopping_) {
            while (held_ >= held_limit && !stopping_) co_await room_.wait();
            if (stopping_) break;
            auto size = co_await input_.read_some(asio::buffer(chunk));
            if (!size) {
                if (size.error() != errc::cancelled) give_up(size.error());
                break;
            }
            if (*size == 0) csv.finish();
            csv.feed({chunk.data(), *size});
            counts_.bytes += *size;
            const bool more = take_records(csv);
            // Whatever has come is written as soon as there is a writer for it. When the writers are busy, more
            // comes together meanwhile: so the batches are as large as they need to be.
            for (auto& lane : fresh_) offer(*lane);
            fresh_.clear();
            if (!more) break;
        }
        read_all_ = true;
        ready_signal_.notify_all();
    }

    // False: there is no more to read.
    bool take_records(CsvReader& csv)
    {
        while (!stopping_) {
            switch (csv.next()) {
            case CsvReader::Next::more: return true;
            case CsvReader::Next::end:
                ended_ = true;
                if (!header_seen_)
                    give_up(Error(errc::invalid_argument, "the input is empty: it lacks even the header"));
                return false;
            case CsvReader::Next::malformed:
                counts_.lines = csv.line();
                if (header_seen_)
                    refuse(csv.line(), csv.problem());
                else
                    give_up(Error(errc::invalid_argument, "the header line: " + std::string(csv.problem())));
                break;
            case CsvReader::Next::record:
                counts_.lines = csv.line();
                take_record(csv);
                break;
            }
        }
        return false;
    }

    void take_record(const CsvReader& csv)
    {
        if (!header_seen_) {
            header_seen_ = true;
            if (auto checked = check_header(csv.fields()); !checked) give_up(checked.error());
            return;
        }
        auto event = parse_event(csv.fields());
        if (!event) return refuse(csv.line(), event.error().message());

        if (source_.empty()) { // the input is known by its first event
            Fingerprint first;
            for (const auto& field : csv.fields()) first.add(field);
            source_ = first.hex();
        }
        Lane& lane = lane_of(event->tenant);
        if (lane.failed) return void(++counts_.dropped);
        for (const auto& field : csv.fields()) lane.upto.add(field);
        if (lane.waiting.empty()) fresh_.push_back(&lane);
        lane.waiting.push_back({std::move(event->row), lane.upto, csv.cut()});
        ++held_;
    }

    Lane& lane_of(const std::string& tenant)
    {
        const auto [at, is_new] = lanes_.try_emplace(tenant);
        if (is_new) at->second.tenant = tenant;
        return at->second;
    }

    // --- Writing ---------------------------------------------------------------------------------------------------

    void offer(Lane& lane)
    {
        if (lane.queued || lane.waiting.empty()) return;
        lane.queued = true;
        ready_.push_back(&lane);
        ready_signal_.notify_all();
    }

    asio::awaitable<void> write()
    {
        for (;;) {
            while (ready_.empty() && !read_all_) co_await ready_signal_.wait();
            if (ready_.empty()) co_return;
            Lane& lane = *ready_.front();
            ready_.pop_front();
            const Batch batch = next_batch(lane);
            const auto applied = co_await write_batch(lane.tenant, batch);
            account(lane, batch, applied);
            lane.queued = false;
            offer(lane);
        }
    }

    static Batch next_batch(Lane& lane)
    {
        Batch batch{.first = lane.first, .before = lane.before, .lines = {}};
        const auto end =
            lane.waiting.begin() + static_cast<std::ptrdiff_t>(std::min(batch_size, lane.waiting.size()));
        batch.lines.assign(std::move_iterator(lane.waiting.begin()), std::move_iterator(end));
        lane.waiting.erase(lane.waiting.begin(), end);
        lane.first += static_cast<std::int64_t>(batch.lines.size());
        lane.before = batch.lines.back().upto;
        return batch;
    }

    asio::awaitable<Result<Applied>> write_batch(const std::string& tenant, const Batch& batch)
    {
        if (cancelled_) co_return fail(errc::fleet_closed);
        auto transaction = [&](auto& tx) { return apply(tx, source_, batch); };
        auto body = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<Applied>> {
            co_return co_await db.async_write(transaction);
        };
        auto applied = co_await fleet_.async_with(tenant, body);
        if (applied || applied.error() != errc::no_such_tenant) co_return applied;

        auto created = co_await fleet_.async_create(tenant);
        if (created) ++counts_.created;
        // Another process may have been first.
        if (!created && created.error() != errc::tenant_exists) co_return fail(created.error());
        co_return co_await fleet_.async_with(tenant, body);
    }

    void account(Lane& lane, const Batch& batch, const Result<Applied>& applied)
    {
        held_ -= batch.lines.size();
        if (applied) {
            counts_.written += applied->written;
            counts_.skipped += applied->skipped;
            lane.position = applied->position;
        } else {
            counts_.dropped += static_cast<std::int64_t>(batch.lines.size() + lane.waiting.size());
            held_ -= lane.waiting.size();
            lane.waiting.clear();
            lane.failed = true;
            if (!cancelled_) report_failure(applied.error());
            // It is about the input, not about this tenant.
            if (!cancelled_ && applied.error() == errc::invalid_argument) stop();
        }
        room_.notify_all();
    }

    // Whether the input came to where it had come before. If it ends earlier nobody can tell whether it is the same.
    void check_ends()
    {
        if (!ended_) return;
        for (const auto& [tenant, lane] : lanes_)
            if (!lane.failed && lane.first < lane.position)
                report_failure(
                    Error(
                        errc::invalid_argument,
                        "this input begins like one that was imported before, and ends earlier: of that one " +
                            counted(lane.position, "event") + " of this tenant are in, here there are " +
                            grouped(lane.first) + ". If it is another one, give it a name: --source NAME")
                        .with_tenant(tenant));
    }

    // --- Coming to an end --------------------------------------------------------------------------------------------

    // Reads no more; what was read is written.
    void stop()
    {
        stopping_ = true;
        input_.stop();
        room_.notify_all();
    }

    // Drops what was read and not written: the next run begins there.
    void cancel()
    {
        stop();
        if (std::exchange(cancelled_, true)) return;
        fleet_.async_close(Shutdown::cancel, [](const Result<void>&) {});
    }

    void give_up(const Error& error)
    {
        report_failure(error);
        stop();
    }

    [[nodiscard]] bool interrupted() const
    {
        return interrupt_.signal() != 0 && (!ended_ || counts_.dropped > 0); // otherwise it came too late
    }

    [[nodiscard]] int status() const
    {
        if (interrupted()) return exit_status::interrupted + interrupt_.signal();
        if (failed_) return exit_status::failure;
        return counts_.malformed > 0 ? exit_status::refused_lines : exit_status::success;
    }

    // --- Telling -----------------------------------------------------------------------------------------------------

    void report_failure(const Error& error)
    {
        failed_ = true;
        progress_.clear();
        complain(error);
    }

    void refuse(std::uint64_t line, std::string_view reason)
    {
        ++counts_.malformed;
        if (counts_.malformed > problems_shown) return;
        progress_.clear();
        std::cerr << input_.name() << ':' << line << ": " << printable(reason, 200) << '\n';
        if (counts_.malformed == problems_shown) std::cerr << "(further malformed lines are only counted)\n";
    }

    void show_progress()
    {
        if (!progress_.visible()) return;
        const double seconds = elapsed();
        std::string text = grouped(counts_.written + counts_.skipped) + " events of " +
                           counted(static_cast<std::int64_t>(lanes_.size()), "tenant");
        if (const auto size = input_.size(); size && *size > 0)
            text += ", " +
                    percent(static_cast<std::int64_t>(counts_.bytes), static_cast<std::int64_t>(*size)) +
                    " read";
        if (seconds > 0.5) text += ", " + rate() + " a second";
        if (stopping_) text += ", coming to an end";
        progress_.show(text);
        progress_timer_.expires_after(std::chrono::milliseconds(100));
        progress_timer_.async_wait([this](boost::system::error_code error) {
            if (!error) show_progress();
        });
    }

    void print_summary() const
    {
        const auto row = [](std::string_view what, std::int64_t number, const std::string& more) {
            const std::string text = grouped(number);
            std::cout << "  " << what
                      << std::string(15 - what.size() + (12 - std::min<std::size_t>(12, text.size())), ' ')
                      << text << (more.empty() ? "" : "  ") << more << '\n';
        };
        std::cout << bold((interrupted() || failed_ ? "Imported in part: " : "Imported ") + input_.name())
                  << '\n';
        row("lines read", static_cast<std::int64_t>(counts_.lines), "");
        row("events written", counts_.written, "");
        row("already there", counts_.skipped,
            counts_.skipped > 0 ? "from an earlier import of the same input" : "");
        row("malformed", counts_.malformed,
            counts_.malformed > 0 ? "to be corrected and imported in a file of their own" : "");
        if (counts_.dropped > 0) row("not written", counts_.dropped, "");
        row("tenants", static_cast<std::int64_t>(lanes_.size()), grouped(counts_.created) + " of them new");
        std::cout << "  in " << with_tenths(elapsed()) << " s: " << rate() << " events a second\n";
        if (interrupted())
            std::cout << (interrupt_.signal() == SIGINT ? "Interrupted" : "Terminated") << " after line "
                      << grouped(static_cast<std::int64_t>(counts_.lines))
                      << (counts_.dropped > 0 ? ". " : ", and everything up to there is written. ")
                      << "Import the same input again to go on.\n";
        std::cout << std::flush;
    }

    [[nodiscard]] double elapsed() const
    {
        return std::chrono::duration<double>(Clock::now() - began_).count();
    }
    [[nodiscard]] std::string rate() const
    {
        return grouped(static_cast<std::int64_t>(static_cast<double>(counts_.written + counts_.skipped) /
                                                 std::max(elapsed(), 0.001)));
    }

    Fleet<Slots>& fleet_;
    Interrupt& interrupt_;
    Input input_;
    std::string source_;
    const Clock::time_point began_ = Clock::now();

    std::map<std::string, Lane> lanes_;
    std::vector<Lane*> fresh_; // got their first waiting event from the chunk that is being read
    std::deque<Lane*> ready_;  // wait for a writer
    std::size_t held_ = 0;     // events that wait or are being written
    Signal room_;              // held_ has become smaller
    Signal ready_signal_;      // ready_ or read_all_ has changed
    bool header_seen_ = false;
    bool ended_ = false;    // the input was read to its end
    bool read_all_ = false; // nothing will be read any more
    bool stopping_ = false;
    bool cancelled_ = false;
    bool failed_ = false;

    Counts counts_;
    ProgressLine progress_;
    asio::steady_timer progress_timer_;
};

} // namespace

asio::awaitable<int> import_events(Context& context, std::string file, std::string source)
{
    const auto executor = co_await asio::this_coro::executor;
    auto input = Input::open(executor, file);
    if (!input) {
        complain(input.error());
        co_return exit_status::failure;
    }
    Import import(context, std::move(*input), std::move(source), executor);
    co_return co_await import.run();
}

} // namespace slots
