// Which turns a tenant needs: every short sequence of what can happen, and long ones by chance. Whatever waits is seen to
// in the end, without anybody's coming again.
#include <tenantry/tenant/detail/turn_keeper.hpp>

#include <array>
#include <random>

#include "support/catch.hpp"

using tenantry::detail::TurnKeeper;

namespace {

constexpr int most_reading = 2;

enum class Event {
    write,
    brief_read,
    long_read,
    begin_turn,
    turn_reads,       // what is brief, all of it
    turn_goes_on,     // to write, if it is to
    turn_writes_some, // and leaves some for the next one
    turn_writes_all,
    turn_has_to_wait, // for a lock, a reader, the log
    wait_is_over,
    other_begins,
    other_ends,
    reading_looks, // a turn of reading, at what waits
    long_read_ends,
    count_
};
constexpr int events = static_cast<int>(Event::count_);

// A tenant with numbers in place of jobs.
class Model {
public:
    // False: it cannot happen now.
    bool happen(Event event)
    {
        switch (event) {
        case Event::write:
            ++writes_;
            if (turns_.write_came()) ++posted_;
            return true;
        case Event::brief_read: {
            const bool first = turns_.reads_first();
            ++brief_;
            if (first ? turns_.read_came() : turns_.want_reading()) ++(first ? posted_ : looking_);
            return true;
        }
        case Event::long_read:
            ++long_;
            want_reading();
            return true;
        case Event::begin_turn:
            if (strand_ != Strand::idle || posted_ == 0) return false;
            --posted_;
            turns_.begin();
            strand_ = Strand::reads;
            return true;
        case Event::turn_reads:
            if (strand_ != Strand::reads || brief_ == 0) return false;
            brief_ = 0;
            return true;
        case Event::turn_goes_on:
            if (strand_ != Strand::reads) return false;
            strand_ = turns_.begin_writing() ? Strand::writes : Strand::idle;
            want_reading();
            return true;
        case Event::turn_writes_some:
            if (strand_ != Strand::writes || writes_ < 2) return false;
            writes_ = 1;
            if (turns_.write()) ++posted_;
            return end();
        case Event::turn_writes_all:
            if (strand_ != Strand::writes) return false;
            writes_ = 0;
            turns_.all_written();
            return end();
        case Event::turn_has_to_wait:
            if (strand_ != Strand::writes || waits_) return false;
            waits_ = true;
            return end();
        case Event::wait_is_over:
            if (!waits_) return false;
            waits_ = false;
            if (turns_.write()) ++posted_;
            return true;
        case Event::other_begins:
            if (strand_ != Strand::idle) return false;
            REQUIRE(turns_.begin_other() == (posted_ == 0));
            if (posted_ != 0) return false;
            strand_ = Strand::other;
            return true;
        case Event::other_ends: return strand_ == Strand::other && end();
        case Event::reading_looks:
            if (looking_ == 0) return false;
            if (brief_ != 0) {
                brief_ = 0;
            } else if (long_ != 0) {
                --long_;
                --looking_;
                ++reading_long_;
                turns_.reads_long();
                want_reading();
            } else {
                --looking_;
                turns_.end_reading(false);
            }
            return true;
        case Event::long_read_ends:
            if (reading_long_ == 0) return false;
            --reading_long_;
            if (brief_ + long_ == 0) {
                turns_.end_reading(true);
            } else {
                turns_.reads_on();
                ++looking_;
            }
            return true;
        case Event::count_: break;
        }
        return false;
    }

    void check() const
    {
        REQUIRE(posted_ <= 1);
        REQUIRE(looking_ + reading_long_ <= most_reading);
        REQUIRE((writes_ == 0 || turns_.is_writing()));
    }

    // Nobody comes any more: what was begun is ended.
    void come_to_rest()
    {
        constexpr std::array order{Event::other_ends,      Event::begin_turn,    Event::turn_goes_on,
                                   Event::turn_writes_all, Event::reading_looks, Event::long_read_ends,
                                   Event::wait_is_over};
        for (bool moved = true; moved;) {
            moved = false;
            for (const Event event : order) moved = happen(event) || moved;
        }
        REQUIRE(writes_ + brief_ + long_ == 0);
        REQUIRE(posted_ + looking_ + reading_long_ == 0);
        REQUIRE_FALSE(turns_.is_writing());
        REQUIRE(turns_.reads_first());
        // And it can all begin again.
        REQUIRE(turns_.want_reading());
        turns_.end_reading(false);
        REQUIRE(turns_.write_came());
    }

private:
    enum class Strand { idle, reads, writes, other };

    bool end()
    {
        turns_.end();
        strand_ = Strand::idle;
        return true;
    }

    void want_reading()
    {
        if (brief_ + long_ != 0 && turns_.want_reading()) ++looking_;
    }

    TurnKeeper turns_{most_reading};
    int writes_ = 0; // that wait, as the next two
    int brief_ = 0;
    int long_ = 0;
    int posted_ = 0; // turns of the strand
    Strand strand_ = Strand::idle;
    bool waits_ = false;   // somebody will say when writing can go on
    int looking_ = 0;      // turns of reading: posted, or between two reads
    int reading_long_ = 0; // and those at work on what may take long
};

void try_all(const Model& before, int depth)
{
    for (int n = 0; n < events; ++n) {
        Model model = before;
        if (!model.happen(static_cast<Event>(n))) continue;
        model.check();
        Model rest = model;
        rest.come_to_rest();
        if (depth > 1) try_all(model, depth - 1);
    }
}

} // namespace

TEST_CASE("who reads what is brief and who writes wait for the same turn")
{
    TurnKeeper turns(2);
    REQUIRE(turns.reads_first());
    CHECK(turns.read_came());
    CHECK_FALSE(turns.write_came());
    CHECK_FALSE(turns.read_came());
    turns.begin();
    CHECK_FALSE(turns.read_came()); // it is still looking
    CHECK(turns.begin_writing());
    CHECK_FALSE(turns.reads_first()); // what comes now is read beside
    CHECK(turns.want_reading());
    CHECK_FALSE(turns.want_reading()); // by one, until that reads what takes long
    turns.reads_long();
    CHECK(turns.want_reading());
    turns.reads_long();
    CHECK_FALSE(turns.want_reading()); // they are as many as may be
    turns.all_written();
    turns.end();
    CHECK(turns.reads_first());
    CHECK(turns.write_came());
}

TEST_CASE("a turn that has only read does not write, and one that comes to write is not kept from it")
{
    TurnKeeper turns(1);
    CHECK(turns.read_came());
    turns.begin();
    CHECK_FALSE(turns.begin_writing());
    CHECK(turns.write_came());
    CHECK_FALSE(turns.begin_other());
    turns.begin();
    CHECK(turns.begin_writing());
    turns.all_written();
    turns.end();
    REQUIRE(turns.begin_other());
    CHECK_FALSE(turns.reads_first());
    turns.end();
    CHECK(turns.read_came());
    turns.begin();
    CHECK_FALSE(turns.begin_writing());
    CHECK(turns.reads_first());
}

TEST_CASE("whatever happens, what waits is seen to") { try_all(Model(), 7); }

TEST_CASE("whatever happens in the long run, what waits is seen to")
{
    std::mt19937 random(20261120);
    for (int round = 0; round < 50; ++round) {
        Model model;
        for (int n = 0; n < 500; ++n)
            if (model.happen(static_cast<Event>(random() % events))) model.check();
        model.come_to_rest();
    }
}
