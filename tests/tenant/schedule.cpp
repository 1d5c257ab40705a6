// One tenant's state machine: every short sequence of what can happen, and long ones by chance. Whoever waits is seen to in
// the end without anybody's coming again, one writes at a time, and whoever relied on a turn that is lost hears of it.
#include <tenantry/tenant/detail/schedule.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using detail::Operation;
using detail::OperationKind;
using detail::ReadBatch;
using detail::Schedule;
using Actions = Schedule::Actions;
using Wait = Schedule::Wait;
using What = Schedule::Step::What;
using TimePoint = Schedule::TimePoint;

namespace {

// Counts how many of them there are.
class Counted final : public Operation {
public:
    Counted(int& there, OperationKind kind) : there_(there), kind_(kind) { ++there_; }
    ~Counted() override { --there_; }
    OperationKind kind() const noexcept override { return kind_; }
    bool claim() noexcept override { return true; }
    bool cancelled() const noexcept override { return is_cancelled; }
    const std::atomic<bool>* cancel_flag() const noexcept override { return nullptr; }
    bool run(sqlite::Connection&) noexcept override { return true; }
    bool succeeded() const noexcept override { return true; }
    void fail_with(Error) noexcept override {}
    void complete(std::string_view) noexcept override {}
    void refuse(Error) noexcept override {}

    bool is_cancelled = false;

private:
    int& there_;
    const OperationKind kind_;
};

constexpr std::size_t most_reading = 2;

enum class Event {
    write,
    write_with_deadline,
    maintenance,
    brief_read,
    long_read,
    cancel_last,
    deadline,
    chores,
    turn_begins,
    turn_reads,      // all that it was given
    turn_reads_one,  // and has no time for the rest
    turn_writes_all, // all that comes
    turn_writes_one, // and leaves some for the next one
    turn_meets_lock,
    turn_meets_log,
    lock_timer,
    log_was_written_back,
    thread_borrows, // the writer's connection, for a brief read
    thread_gives_back,
    reading_looks, // a turn of reading, at what waits
    reading_ends,
    reading_has_no_reader,
    readers_come_back,
    lose_turn,
    lose_reading_turn,
    lose_timer,
    write_here, // a blocking write in its own thread
    refuse,
    // Where there is a sole owner:
    thread_wants,
    thread_retries,
    pool_thread_retries, // after a while
    thread_gives_up,
    thread_ends,
    count_
};
constexpr int events = static_cast<int>(Event::count_);

// A tenant whose pool, files and clock are numbers.
class Model {
public:
    explicit Model(bool sole)
        : sole_(sole),
          schedule_({.writes = 4,
                     .write_bytes = 100,
                     .reads = 4,
                     .reading_turns = sole ? 1 : most_reading,
                     .lock_patience = 80ms,
                     .sole_owner = sole})
    {}

    // False: it cannot happen now. What is wrong then is said by `wrong`.
    bool happen(Event event)
    {
        now_ += 1us;
        Actions actions;
        const bool happened = apply(event, actions);
        if (happened) carry_out(actions);
        check();
        return happened;
    }

    [[nodiscard]] const std::string& wrong() const noexcept { return wrong_; }

    // Nobody comes any more: what was begun is ended.
    void come_to_rest()
    {
        constexpr std::array order{
            Event::thread_gives_back,    Event::thread_ends,       Event::turn_begins,
            Event::turn_reads,           Event::turn_writes_all,   Event::reading_looks,
            Event::reading_ends,         Event::readers_come_back, Event::lock_timer,
            Event::log_was_written_back, Event::thread_retries};
        int steps = 0;
        for (bool moved = true; moved && wrong_.empty(); ++steps) {
            moved = false;
            for (const Event event : order) moved = happen(event) || moved;
            if (steps > 200) return fail("does not come to rest");
        }
        expect(operations_ == 0, "somebody was forgotten");
        expect(posted_ == 0 && strand_ == Strand::idle && reading_.empty(), "a turn is left");
        expect(threads_ == 0 && !thread_has_it_, "a thread was forgotten");
        expect(!holds_work_, "the executor's context is kept at work for nothing");
        expect(sole_ || (happen(Event::thread_borrows) && happen(Event::thread_gives_back)),
               "the writer's connection is kept for nobody");
        if (refused_ || !wrong_.empty()) return;
        // And it can all begin again.
        expect(happen(Event::brief_read) && posted_ + static_cast<int>(reading_.size()) == 1,
               "a read begins nothing");
        for (bool moved = true; moved && wrong_.empty();) {
            moved = false;
            for (const Event event : order) moved = happen(event) || moved;
        }
        expect(happen(Event::chores) && posted_ == 1, "a chore was forgotten");
        expect(happen(Event::write) && posted_ == 1, "a write begins nothing");
    }

private:
    enum class Strand { idle, reads, writes };
    struct Reading {
        bool looks = true; // posted, or between two reads
        std::unique_ptr<ReadBatch> batch;
    };

    void fail(const char* what)
    {
        if (wrong_.empty()) wrong_ = what;
    }
    void expect(bool holds, const char* what)
    {
        if (!holds) fail(what);
    }

    void check()
    {
        expect(posted_ <= 1, "two turns were posted");
        expect(posted_ == 0 || strand_ == Strand::idle, "a turn was posted while one is at work");
        expect(reading_.size() <= most_reading, "too many read");
        int users = strand_ == Strand::writes;
        users += borrowed_ + thread_has_it_;
        if (strand_ == Strand::reads) users += 1;
        for (const auto& each : reading_)
            if (each.batch && (sole_ || each.batch->with_writer)) ++users;
        expect(users <= 1, "two use the writer's connection");
        expect(schedule_.has_writes() == !schedule_.writes().empty(), "has_writes");
        expect(schedule_.has_reads() == !schedule_.reads().empty(), "has_reads");
        expect(!refused_ || (schedule_.writes().empty() && schedule_.reads().empty()),
               "somebody waits though nobody may");
        if (!schedule_.has_writes()) grants_left_ = -1;
    }

    void carry_out(Actions& actions)
    {
        if (actions.post_turn) ++posted_;
        if (actions.post_reading_turn) reading_.emplace_back();
        if (actions.try_again_after) timer_ = true;
        if (actions.work != Actions::Work::as_it_is) holds_work_ = actions.work == Actions::Work::hold;
        if (last_ != nullptr)
            for (const auto& each : actions.answer)
                if (each.get() == last_) last_ = nullptr;
        for (const auto& each : actions.answer)
            expect(each->stage > Operation::Stage::claimed, "nobody says why it has ended");
    }

    void over(const Operation* operation)
    {
        if (last_ == operation) last_ = nullptr;
    }

    bool come(OperationKind kind, bool is_read, bool has_deadline, Actions& actions)
    {
        auto made = std::make_unique<Counted>(operations_, kind);
        auto* const known = made.get();
        if (has_deadline) made->limits.deadline = now_ + 1h;
        std::unique_ptr<Operation> operation = std::move(made);
        const auto said =
            is_read ? schedule_.read_came(operation, actions) : schedule_.write_came(operation, actions);
        expect((said == Schedule::Admission::waits) == !operation, "it waits and is in hand");
        expect((said == Schedule::Admission::refused) == refused_, "refused or not");
        if (said == Schedule::Admission::waits) last_ = known;
        return said == Schedule::Admission::waits;
    }

    bool begin_turn(bool may_read, Actions& actions)
    {
        reads_ = std::make_unique<ReadBatch>();
        step_ = schedule_.turn_begun(*reads_, may_read, now_, actions);
        for (std::size_t n = 0; n < reads_->count; ++n) over(reads_->operations[n].get());
        over(step_.first.get());
        strand_ = step_.what == What::read    ? Strand::reads
                  : step_.what == What::write ? Strand::writes
                                              : Strand::idle;
        expect((step_.what == What::read) == (reads_->count != 0), "what it reads");
        if (step_.what == What::write) expect(step_.first || step_.chores.any(), "a turn with nothing to do");
        if (step_.first) grants_left_ = -1;
        if (sole_ && step_.what == What::end && schedule_.has_writes() && !timer_ && !log_is_written_back_ &&
            grants_left_ < 0)
            grants_left_ = 2;
        return true;
    }

    bool end_turn(Schedule::Written written, Actions& actions)
    {
        strand_ = Strand::idle;
        step_ = {};
        schedule_.turn_ended(std::move(written), now_, actions);
        return true;
    }

    bool apply(Event event, Actions& actions)
    {
        switch (event) {
        case Event::write: return come(OperationKind::statement, false, false, actions);
        case Event::write_with_deadline: return come(OperationKind::body, false, true, actions);
        case Event::maintenance: {
            std::unique_ptr<Operation> made =
                std::make_unique<Counted>(operations_, OperationKind::maintenance);
            return schedule_.background_came(made, actions);
        }
        case Event::brief_read: return come(OperationKind::statement, true, true, actions);
        case Event::long_read: return come(OperationKind::body, true, false, actions);
        case Event::cancel_last:
            if (last_ == nullptr) return false;
            std::exchange(last_, nullptr)->is_cancelled = true;
            schedule_.cancelled(actions);
            return true;
        case Event::deadline:
            if (schedule_.writes().deadlines() + schedule_.reads().deadlines() == 0) return false;
            now_ += 2h;
            last_ = nullptr;
            schedule_.deadline_came(now_, actions);
            return true;
        case Event::chores: return schedule_.chores_came({.trim = true}, actions);
        case Event::turn_begins:
            if (posted_ == 0) return false;
            --posted_;
            return begin_turn(true, actions);
        case Event::turn_reads:
            if (strand_ != Strand::reads) return false;
            give_back(*reads_, actions);
            return begin_turn(true, actions);
        case Event::turn_reads_one:
            if (strand_ != Strand::reads) return false;
            reads_->done = 1;
            give_back(*reads_, actions);
            if (!reads_->all_done()) put_back(*reads_, actions);
            return begin_turn(false, actions);
        case Event::turn_writes_all:
            if (strand_ != Strand::writes) return false;
            while (auto next = step_.first ? schedule_.next_write(actions) : nullptr) over(next.get());
            return end_turn({.had_lock = true}, actions);
        case Event::turn_writes_one:
            return strand_ == Strand::writes && step_.first && end_turn({.had_lock = true}, actions);
        case Event::turn_meets_lock:
        case Event::turn_meets_log: {
            if (strand_ != Strand::writes || !step_.first) return false;
            Schedule::Written written;
            if (event == Event::turn_meets_log) log_is_written_back_ = true;
            written.wait = event == Event::turn_meets_lock ? Wait::lock : Wait::log;
            written.unfinished.push_back(std::move(step_.first));
            return end_turn(std::move(written), actions);
        }
        case Event::lock_timer:
            if (!std::exchange(timer_, false)) return false;
            schedule_.wait_is_over(Wait::lock, actions);
            return true;
        case Event::log_was_written_back:
            if (!std::exchange(log_is_written_back_, false)) return false;
            schedule_.wait_is_over(Wait::log, actions);
            return true;
        case Event::thread_borrows:
            return !sole_ && !borrowed_ && (borrowed_ = schedule_.writer_use().try_borrow());
        case Event::thread_gives_back:
            if (!std::exchange(borrowed_, false)) return false;
            if (schedule_.writer_use().give_back()) schedule_.wait_is_over(Wait::reader, actions);
            return true;
        case Event::reading_looks: return look(actions);
        case Event::reading_ends: return end_reading(actions);
        case Event::reading_has_no_reader:
            for (std::size_t n = 0; n < reading_.size() && !sole_; ++n)
                if (reading_[n].batch && !reading_[n].batch->with_writer) {
                    const auto batch = std::move(reading_[n].batch);
                    reading_.erase(reading_.begin() + static_cast<std::ptrdiff_t>(n));
                    readers_are_lent_ = true;
                    schedule_.no_reader(*batch, actions);
                    return true;
                }
            return false;
        case Event::readers_come_back:
            if (!std::exchange(readers_are_lent_, false)) return false;
            schedule_.reader_came_back(actions);
            return true;
        case Event::lose_turn:
            if (posted_ == 0) return false;
            --posted_;
            last_ = nullptr;
            schedule_.turn_lost(now_, actions);
            expect(schedule_.writes().empty() && schedule_.reads().empty(), "somebody relies on a lost turn");
            return true;
        case Event::lose_reading_turn:
            for (std::size_t n = 0; n < reading_.size(); ++n)
                if (reading_[n].looks) {
                    reading_.erase(reading_.begin() + static_cast<std::ptrdiff_t>(n));
                    last_ = nullptr;
                    schedule_.reading_turn_lost(now_, actions);
                    expect(schedule_.reads().empty(), "somebody relies on a lost turn of reading");
                    return true;
                }
            return false;
        case Event::lose_timer:
            if (!std::exchange(timer_, false)) return false;
            last_ = nullptr;
            schedule_.not_tried_again(actions);
            return true;
        case Event::write_here:
            if (schedule_.take_turn_here().what != What::write) return false;
            expect(strand_ == Strand::idle && posted_ == 0, "a turn is taken from somebody");
            step_ = {};
            step_.first = std::make_unique<Counted>(operations_, OperationKind::body);
            strand_ = Strand::writes;
            return true;
        case Event::refuse:
            last_ = nullptr;
            refused_ = true;
            schedule_.refuse(Error(errc::tenant_gone), actions);
            return true;
        case Event::thread_wants:
            if (!sole_ || threads_ == 2) return false;
            if (!schedule_.begin_thread_read()) return ++threads_, true;
            expect(!thread_has_it_, "two threads have the connection");
            thread_was_let_in();
            return thread_has_it_ = true;
        case Event::thread_retries:
        case Event::pool_thread_retries: {
            if (threads_ == 0) return false;
            const bool of_pool = event == Event::pool_thread_retries;
            if (of_pool) now_ += 2ms;
            if (!schedule_.retry_thread_read(of_pool, now_)) return false;
            expect(!thread_has_it_, "two threads have the connection");
            if (!of_pool) thread_was_let_in();
            thread_has_it_ = true;
            --threads_;
            return true;
        }
        case Event::thread_gives_up:
            if (threads_ == 0) return false;
            --threads_;
            schedule_.thread_gives_up(now_, actions);
            return true;
        case Event::thread_ends:
            if (!std::exchange(thread_has_it_, false)) return false;
            schedule_.end_thread_read(now_, actions);
            return true;
        case Event::count_: break;
        }
        return false;
    }

    // Only those that waited go before a turn that was sent away, and two wait at most.
    void thread_was_let_in()
    {
        if (grants_left_ >= 0) expect(--grants_left_ >= 0, "a turn is overtaken again and again");
    }

    void give_back(ReadBatch& reads, Actions& actions)
    {
        if (reads.done == 0) reads.done = reads.count;
        if (reads.with_writer && schedule_.writer_use().give_back())
            schedule_.wait_is_over(Wait::reader, actions);
    }

    void put_back(ReadBatch& reads, Actions& actions)
    {
        static_cast<Counted&>(*reads.operations[reads.done]).takes_long = true;
        schedule_.reads_unfinished(reads, actions);
    }

    bool look(Actions& actions)
    {
        for (std::size_t n = 0; n < reading_.size(); ++n) {
            if (!reading_[n].looks) continue;
            reading_[n].looks = false;
            reading_[n].batch = std::make_unique<ReadBatch>();
            ReadBatch& batch = *reading_[n].batch;
            if (!schedule_.next_reads(batch, now_, actions)) {
                reading_.erase(reading_.begin() + static_cast<std::ptrdiff_t>(n));
                return true;
            }
            expect(batch.count != 0, "nothing to read");
            for (std::size_t k = 0; k < batch.count; ++k) over(batch.operations[k].get());
            return true;
        }
        return false;
    }

    bool end_reading(Actions& actions)
    {
        for (std::size_t n = 0; n < reading_.size(); ++n) {
            if (!reading_[n].batch) continue;
            const auto batch = std::move(reading_[n].batch);
            give_back(*batch, actions);
            if (schedule_.reads_ended(*batch, now_, actions))
                reading_[n].looks = true;
            else
                reading_.erase(reading_.begin() + static_cast<std::ptrdiff_t>(n));
            return true;
        }
        return false;
    }

    const bool sole_;
    int operations_ = 0; // that there are
    Schedule schedule_;
    TimePoint now_{1h};
    std::string wrong_;
    Counted* last_ = nullptr; // the one that came last, while it waits
    int posted_ = 0;
    Strand strand_ = Strand::idle;
    Schedule::Step step_;
    std::unique_ptr<ReadBatch> reads_;
    std::vector<Reading> reading_;
    bool timer_ = false;
    bool log_is_written_back_ = false;
    bool borrowed_ = false;
    bool readers_are_lent_ = false;
    bool holds_work_ = false;
    bool refused_ = false;
    int threads_ = 0; // that wait
    bool thread_has_it_ = false;
    int grants_left_ = -1; // to threads, before a turn that was sent away
};

// Each sequence is played from its beginning: a tenant cannot be copied.
class Sequences {
public:
    Sequences(bool sole, std::size_t length, std::vector<Event> among)
        : sole_(sole), length_(length), among_(std::move(among))
    {}

    std::size_t play_all()
    {
        extend();
        return played_;
    }

private:
    void extend()
    {
        for (const Event next : among_) {
            events_.push_back(next);
            if (play() && events_.size() < length_) extend();
            events_.pop_back();
        }
    }

    // False: its last event cannot happen.
    bool play()
    {
        Model model(sole_);
        bool happened = false;
        for (const Event each : events_) happened = model.happen(each);
        if (!happened) return false;
        model.come_to_rest();
        ++played_;
        if (model.wrong().empty()) return true;
        std::string sequence;
        for (const Event each : events_) sequence += ' ' + std::to_string(static_cast<int>(each));
        FAIL(model.wrong() << " after" << sequence);
        return false;
    }

    const bool sole_;
    const std::size_t length_;
    const std::vector<Event> among_;
    std::vector<Event> events_;
    std::size_t played_ = 0;
};

std::vector<Event> all_events()
{
    std::vector<Event> all;
    for (int n = 0; n < events; ++n) all.push_back(static_cast<Event>(n));
    return all;
}

void play_by_chance(bool sole)
{
    for (unsigned seed = 0; seed < 1000; ++seed) {
        std::mt19937 random(seed);
        Model model(sole);
        for (int n = 0; n < 300 && model.wrong().empty(); ++n) {
            const auto event = static_cast<Event>(static_cast<int>(random() % events));
            if (event == Event::refuse && n < 250) continue;
            model.happen(event);
        }
        model.come_to_rest();
        if (!model.wrong().empty()) FAIL("seed " << seed << ": " << model.wrong());
    }
}

} // namespace

TEST_CASE("whatever happens to a tenant, whoever waits is seen to")
{
    CHECK(Sequences(false, 4, all_events()).play_all() > 4000);
    CHECK(Sequences(false, 6,
                    {Event::write, Event::brief_read, Event::long_read, Event::turn_begins, Event::turn_reads,
                     Event::turn_writes_all, Event::turn_meets_lock, Event::lock_timer, Event::thread_borrows,
                     Event::thread_gives_back, Event::reading_looks})
              .play_all() > 6000);
}

TEST_CASE("whatever happens to a tenant of a sole owner, whoever waits is seen to")
{
    CHECK(Sequences(true, 4, all_events()).play_all() > 4000);
    CHECK(Sequences(true, 6,
                    {Event::write, Event::long_read, Event::turn_begins, Event::turn_writes_all,
                     Event::reading_looks, Event::reading_ends, Event::thread_wants, Event::thread_retries,
                     Event::thread_ends, Event::thread_gives_up})
              .play_all() > 6000);
}

TEST_CASE("whatever happens in the long run, whoever waits is seen to")
{
    play_by_chance(false);
    play_by_chance(true);
}

namespace {

std::unique_ptr<Operation> operation(int& there, OperationKind kind)
{
    return std::make_unique<Counted>(there, kind);
}

// A schedule and what it has asked for last.
struct Played {
    explicit Played(bool sole, std::size_t reading_turns)
        : schedule({.writes = 4,
                    .write_bytes = 100,
                    .reads = 4,
                    .reading_turns = reading_turns,
                    .lock_patience = 80ms,
                    .sole_owner = sole})
    {}

    Actions& write() { return come(OperationKind::statement, false); }
    Actions& read(OperationKind kind) { return come(kind, true); }
    Actions& come(OperationKind kind, bool is_read)
    {
        said = {};
        auto made = operation(there, kind);
        REQUIRE((is_read ? schedule.read_came(made, said) : schedule.write_came(made, said)) ==
                Schedule::Admission::waits);
        return said;
    }
    Schedule::Step begin(ReadBatch& reads)
    {
        said = {};
        return schedule.turn_begun(reads, true, now, said);
    }
    Schedule::Step begin()
    {
        ReadBatch reads;
        auto step = begin(reads);
        REQUIRE(reads.count == 0);
        return step;
    }
    Actions& end(Schedule::Written written = {})
    {
        said = {};
        schedule.turn_ended(std::move(written), now, said);
        return said;
    }
    bool look(ReadBatch& reads)
    {
        said = {};
        return schedule.next_reads(reads, now, said);
    }
    Actions& thread_ends()
    {
        said = {};
        schedule.end_thread_read(now, said);
        return said;
    }

    int there = 0;
    Schedule schedule;
    TimePoint now{1h};
    Actions said;
};

constexpr auto brief = OperationKind::statement;
constexpr auto body = OperationKind::body;

} // namespace

TEST_CASE("who reads what is brief and who writes wait for the same turn")
{
    Played tenant(false, 2);
    CHECK(tenant.read(brief).post_turn);
    CHECK_FALSE(tenant.write().post_turn);
    CHECK_FALSE(tenant.read(brief).post_turn);
    {
        ReadBatch reads;
        REQUIRE(tenant.begin(reads).what == What::read);
        CHECK(reads.count == 2);
        CHECK(reads.with_writer);
        CHECK_FALSE(tenant.read(brief).post_turn); // it will look once more
        CHECK_FALSE(tenant.schedule.writer_use().give_back());
    }
    {
        ReadBatch reads;
        REQUIRE(tenant.begin(reads).what == What::read);
        CHECK_FALSE(tenant.schedule.writer_use().give_back());
    }
    CHECK(tenant.begin().what == What::write);
    CHECK(tenant.read(brief).post_reading_turn);      // what comes now is read beside it
    CHECK_FALSE(tenant.read(body).post_reading_turn); // by one, until that reads what takes long
    {
        ReadBatch first;
        ReadBatch second;
        REQUIRE(tenant.look(first)); // the brief one waits first, and the writer is in use: it is read alone
        CHECK(first.count == 1);
        CHECK(tenant.said.post_reading_turn);
        REQUIRE(tenant.look(second));
        CHECK_FALSE(tenant.said.post_reading_turn);
        CHECK_FALSE(tenant.read(body).post_reading_turn); // they are as many as may be
    }
    CHECK_FALSE(tenant.end().post_turn);
    CHECK(tenant.write().post_turn);
}

TEST_CASE("a turn that has only read does not write, and one that comes to write is not kept from it")
{
    Played tenant(false, 1);
    CHECK(tenant.read(brief).post_turn);
    {
        ReadBatch reads;
        CHECK(tenant.begin(reads).what == What::read);
        CHECK_FALSE(tenant.schedule.writer_use().give_back());
    }
    CHECK(tenant.begin().what == What::end);
    CHECK(tenant.write().post_turn);
    CHECK_FALSE(tenant.schedule.chores_came({.checkpoint = true}, tenant.said)); // the turn does that itself
    CHECK(tenant.begin().first != nullptr);
    CHECK_FALSE(tenant.end().post_turn);
    REQUIRE(tenant.schedule.chores_came({.checkpoint = true}, tenant.said));
    CHECK(tenant.said.post_turn);
    CHECK_FALSE(tenant.schedule.chores_came({.checkpoint = true}, tenant.said)); // that was said
    const auto step = tenant.begin();
    CHECK(step.what == What::write);
    CHECK(step.first == nullptr);
    CHECK(step.chores.checkpoint);
    CHECK_FALSE(tenant.write().post_turn); // chores end soon
    CHECK(tenant.end().post_turn);
}

TEST_CASE("writing waits for a reader that has its connection, and nobody else has it before")
{
    Played tenant(false, 1);
    REQUIRE(tenant.schedule.writer_use().try_borrow());
    CHECK(tenant.write().post_turn);
    CHECK(tenant.begin().what == What::end);
    CHECK_FALSE(tenant.write().post_turn);
    REQUIRE(tenant.schedule.writer_use().give_back());
    CHECK_FALSE(tenant.schedule.writer_use().try_borrow());
    tenant.said = {};
    tenant.schedule.wait_is_over(Wait::reader, tenant.said);
    CHECK(tenant.said.post_turn);
    CHECK_FALSE(tenant.schedule.writer_use().try_borrow());
    CHECK(tenant.begin().what == What::write);
    CHECK_FALSE(tenant.schedule.writer_use().try_borrow());
    CHECK(tenant.end().post_turn); // there was a second one
    CHECK(tenant.schedule.writer_use().try_borrow());
}

TEST_CASE("a log that was written back before anybody could wait for it is not waited for")
{
    Played tenant(false, 1);
    CHECK(tenant.write().post_turn);
    auto step = tenant.begin();
    tenant.schedule.wait_is_over(Wait::log, tenant.said);
    CHECK_FALSE(tenant.said.post_turn);
    Schedule::Written waits;
    waits.wait = Wait::log;
    waits.unfinished.push_back(std::move(step.first));
    CHECK(tenant.end(std::move(waits)).post_turn);
    step = tenant.begin();
    Schedule::Written again;
    again.wait = Wait::log;
    again.unfinished.push_back(std::move(step.first));
    CHECK_FALSE(tenant.end(std::move(again)).post_turn);
    tenant.schedule.wait_is_over(Wait::log, tenant.said);
    CHECK(tenant.said.post_turn);
}

TEST_CASE("who waits for another process's lock longer than it may is answered, and the others wait on")
{
    Played tenant(false, 1);
    CHECK(tenant.write().post_turn);
    std::size_t late = 0;
    for (int n = 0; n < 200 && late == 0; ++n) {
        auto step = tenant.begin();
        REQUIRE(step.first);
        Schedule::Written locked;
        locked.wait = Wait::lock;
        locked.unfinished.push_back(std::move(step.first));
        tenant.end(std::move(locked));
        late = tenant.said.answer.size();
        REQUIRE(tenant.said.try_again_after);
        if (late != 0) {
            CHECK(tenant.said.answer.front()->stage == Operation::Stage::lock_held);
            break;
        }
        CHECK_FALSE(tenant.read(brief).post_turn == tenant.said.post_reading_turn); // it is read meanwhile
        {
            ReadBatch reads;
            REQUIRE(tenant.begin(reads).what == What::read);
            CHECK_FALSE(tenant.schedule.writer_use().give_back());
        }
        CHECK(tenant.begin().what == What::end); // and nothing is written
        tenant.now += 2ms;
        tenant.schedule.wait_is_over(Wait::lock, tenant.said);
        CHECK(tenant.said.post_turn);
    }
    CHECK(late == 1);
    CHECK(tenant.there == 1); // in what was said last
}

TEST_CASE("what runs in the background is told as soon as somebody wants to write")
{
    Played tenant(false, 1);
    auto upkeep = operation(tenant.there, OperationKind::maintenance);
    REQUIRE(tenant.schedule.background_came(upkeep, tenant.said));
    CHECK_FALSE(tenant.schedule.background_interrupted());
    auto second = operation(tenant.there, OperationKind::maintenance);
    CHECK_FALSE(tenant.schedule.background_came(second, tenant.said));
    (void)tenant.write();
    CHECK(tenant.schedule.background_interrupted());
    CHECK(tenant.begin().first->kind() == OperationKind::maintenance);
    auto next = tenant.schedule.next_write(tenant.said);
    REQUIRE(next);
    Schedule::Written last;
    last.unfinished.push_back(std::move(next));
    last.is_last = true;
    (void)tenant.write();
    CHECK(tenant.end(std::move(last)).post_turn);
    CHECK(tenant.schedule.writes().size() == 2);
    CHECK(tenant.schedule.shut(Error(errc::tenant_gone)));
    CHECK_FALSE(tenant.schedule.shut(Error(errc::tenant_gone)));
}

TEST_CASE("a thread writes by itself only where nobody is at work or waits, and who comes meanwhile is next")
{
    Played tenant(false, 1);
    REQUIRE(tenant.schedule.take_turn_here().what == What::write);
    CHECK(tenant.schedule.take_turn_here().what == What::end);
    CHECK_FALSE(tenant.schedule.writer_use().try_borrow());
    CHECK_FALSE(tenant.write().post_turn);
    CHECK(tenant.read(brief).post_reading_turn);
    CHECK(tenant.end().post_turn);
    CHECK(tenant.schedule.take_turn_here().what == What::end);
    CHECK(tenant.schedule.writer_use().try_borrow());
}

TEST_CASE(
    "a sole owner's turns that were sent away come before the next thread, and threads that waited before the next turn")
{
    Played tenant(true, 1);
    REQUIRE(tenant.schedule.begin_thread_read());
    CHECK(tenant.write().post_turn);
    CHECK(tenant.read(body).post_reading_turn);
    {
        ReadBatch reads;
        CHECK(tenant.begin().what == What::end);
        CHECK_FALSE(tenant.look(reads));
    }
    CHECK(tenant.thread_ends().post_turn);
    CHECK(tenant.said.post_reading_turn);
    // Both are on their way. A thread that is none of the pool's waits for them.
    CHECK_FALSE(tenant.schedule.begin_thread_read());
    CHECK_FALSE(tenant.schedule.retry_thread_read(false, tenant.now + 1h));
    CHECK(tenant.schedule.thread_looks_at(false, tenant.now + 1h) == tenant.now + 1h);
    REQUIRE(tenant.begin().first);
    CHECK_FALSE(tenant.end().post_turn);
    CHECK_FALSE(tenant.schedule.retry_thread_read(false, tenant.now)); // the other one is still to come
    {
        ReadBatch reads;
        REQUIRE(tenant.look(reads));
        reads.done = 1;
        CHECK(tenant.write().post_turn);
        tenant.said = {};
        CHECK_FALSE(tenant.schedule.reads_ended(reads, tenant.now, tenant.said));
        CHECK(tenant.said.wake_threads);
    }
    // The thread that has waited is next, before the turn.
    CHECK(tenant.begin().what == What::end);
    REQUIRE(tenant.schedule.retry_thread_read(false, tenant.now));
    CHECK(tenant.thread_ends().post_turn);
    CHECK_FALSE(tenant.schedule.begin_thread_read()); // it is kept for that one
    REQUIRE(tenant.begin().first);
    CHECK_FALSE(tenant.end().post_turn);
    CHECK(tenant.schedule.retry_thread_read(false, tenant.now));
}

TEST_CASE("a sole owner's turn that has nothing to do after all keeps nobody waiting")
{
    Played tenant(true, 1);
    REQUIRE(tenant.schedule.begin_thread_read());
    (void)tenant.read(body);
    (void)tenant.write();
    {
        ReadBatch reads;
        CHECK_FALSE(tenant.look(reads));
    }
    CHECK(tenant.begin().what == What::end);
    CHECK(tenant.thread_ends().post_turn);
    CHECK_FALSE(tenant.schedule.begin_thread_read());
    tenant.said = {};
    tenant.schedule.refuse(Error(errc::tenant_gone), tenant.said); // takes the operations away
    CHECK(tenant.said.answer.size() == 2);
    CHECK_FALSE(tenant.schedule.retry_thread_read(false, tenant.now));
    CHECK(tenant.begin().what == What::end);
    CHECK_FALSE(tenant.schedule.retry_thread_read(false, tenant.now));
    ReadBatch reads;
    CHECK_FALSE(tenant.look(reads));
    CHECK(tenant.said.wake_threads);
    CHECK(tenant.schedule.retry_thread_read(false, tenant.now));
}

TEST_CASE("a thread of the pool does not wait long for a sole owner's turn that may need that thread")
{
    Played tenant(true, 1);
    REQUIRE(tenant.schedule.begin_thread_read());
    (void)tenant.write();
    CHECK(tenant.begin().what == What::end);
    CHECK(tenant.thread_ends().post_turn);
    CHECK_FALSE(tenant.schedule.begin_thread_read()); // and nobody begins the turn
    const auto soon = tenant.schedule.thread_looks_at(true, tenant.now + 1h);
    CHECK(soon < tenant.now + 10ms);
    CHECK_FALSE(tenant.schedule.retry_thread_read(true, tenant.now));
    REQUIRE(tenant.schedule.retry_thread_read(true, soon));
    CHECK(tenant.begin().what == What::end); // there it is
    CHECK(tenant.thread_ends().post_turn);
    CHECK(tenant.begin().what == What::write);
}

TEST_CASE("when the last thread that was to go first gives up, the sole owner's turn is begun")
{
    Played tenant(true, 1);
    (void)tenant.write();
    CHECK(tenant.begin().what == What::write);
    CHECK_FALSE(tenant.schedule.begin_thread_read());
    CHECK_FALSE(tenant.schedule.begin_thread_read());
    (void)tenant.write();
    CHECK(tenant.end().post_turn);
    CHECK(tenant.begin().what == What::end);
    CHECK_FALSE(tenant.schedule.begin_thread_read()); // it does not go before the two
    tenant.said = {};
    tenant.schedule.thread_gives_up(tenant.now, tenant.said);
    tenant.schedule.thread_gives_up(tenant.now, tenant.said);
    CHECK_FALSE(tenant.said.post_turn);
    tenant.schedule.thread_gives_up(tenant.now, tenant.said);
    CHECK(tenant.said.post_turn);
    CHECK(tenant.begin().what == What::write);
}
