#include "soak/client.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <tenantry/fleet/for_each.hpp>
#include <tenantry/tenant/upkeep.hpp>
#include <tenantry/tenant/walk.hpp>

namespace asio = boost::asio;

namespace tenantry::test {

namespace {

using namespace std::chrono_literals;

constexpr auto endless()
{
    return sql<"with recursive c(n) as (select 1 union all select n + 1 from c) select max(n) from c",
               std::int64_t>();
}
constexpr auto rows_of(std::int64_t number)
{
    return sql<"select count(*) from note where number = ?", std::int64_t>(number);
}
constexpr auto poisoned_rows()
{
    return sql<"select count(*) from note where text = 'poison'", std::int64_t>();
}
constexpr auto pair_rows() { return sql<"select count(*) from note where text = 'two'", std::int64_t>(); }
constexpr auto all_rows() { return sql<"select count(*) from note", std::int64_t>(); }

std::string said(const Error& error)
{
    std::ostringstream text;
    text << error;
    return text.str();
}

// Whether a tenant may answer so for nothing but what becomes of it.
bool may_be_answered(Fate fate, errc code)
{
    switch (fate) {
    case Fate::stays: return false;
    case Fate::comes_and_goes: return code == errc::tenant_gone || code == errc::no_such_tenant;
    case Fate::log_removed: return code == errc::tenant_gone || code == errc::busy;
    case Fate::database_moved:
        return code == errc::tenant_gone || code == errc::busy || code == errc::io_error;
    case Fate::directory_moved:
    case Fate::replaced:
        return code == errc::tenant_gone || code == errc::busy || code == errc::io_error ||
               code == errc::no_such_tenant;
    }
    return false;
}

} // namespace

/// Writes that are begun one after the other, without waiting for answers between them.
struct Client::Batch {
    explicit Batch(const asio::any_io_executor& executor)
        : answered(executor, asio::steady_timer::time_point::max())
    {}

    std::size_t outstanding = 0;
    asio::steady_timer answered; // cancelled when the last one is
    std::deque<asio::cancellation_signal> signals;
};

/// What may come of one write.
struct Client::Expectation {
    std::size_t tenant = 0;
    std::size_t entry = 0;         ///< in the books
    int rows = 0;                  ///< that an acknowledged one has written; 0: it is never acknowledged
    std::optional<errc> failure{}; ///< what it must end with, if not with one of the others
    bool cancelled = false;        ///< perhaps
    bool limited = false;          ///< it may be too late
    bool may_be_aborted = false;   ///< by a neighbour
};

asio::awaitable<void> Client::work()
{
    while (!closed_ && !world_.stopped()) {
        const std::size_t tenant = pick(world_.places().size());
        switch (pick(20)) {
        case 0: co_await use_in_scope(tenant); break;
        case 1:
        case 2: co_await change(tenant); break;
        case 3:
            if (chance(10)) co_await go_through_all();
            break;
        default: co_await use(tenant); break;
        }
        ++operations_;
    }
}

// ---- what is asked, and what is answered

void Client::met(const Error& error, std::string_view doing, std::size_t tenant,
                 std::initializer_list<errc> also)
{
    const auto code = error.errc();
    ++errors_[static_cast<std::size_t>(error.code().value()) % errors_.size()];
    if (code == errc::fleet_closed) closed_ = true;
    const bool expected = code == errc::fleet_closed || code == errc::overloaded ||
                          may_be_answered(world_.places()[tenant].fate, code) ||
                          std::find(also.begin(), also.end(), code) != also.end();
    if (!expected) world_.found(std::string(doing) + ": " + said(error));
}

void Client::not_written(Asked& entry, const Error& error, int rows, std::string_view doing,
                         std::initializer_list<errc> also)
{
    if (rows != 0 && error == errc::unknown_outcome && world_.places()[entry.tenant].loses_files()) {
        ++errors_[static_cast<std::size_t>(errc::unknown_outcome)];
        entry.perhaps = rows;
    } else {
        met(error, doing, entry.tenant, also);
    }
}

template <class R, class Operation>
Client::Answer<R> Client::ask(Operation operation, bool surely_cancelled)
{
    if (!surely_cancelled && !chance(8)) co_return co_await std::move(operation)(asio::use_awaitable);
    const auto batch = std::make_shared<Batch>(executor_);
    cancel_soon(batch, 0);
    auto token = asio::bind_cancellation_slot(batch->signals.front().slot(), asio::use_awaitable);
    Result<R> result = co_await std::move(operation)(std::move(token));
    if (!result && result.error() == errc::cancelled) {
        ++errors_[static_cast<std::size_t>(errc::cancelled)];
        co_return fail(errc::timeout, "cancelled, as was asked for");
    }
    co_return result;
}

void Client::cancel_soon(const std::shared_ptr<Batch>& batch, std::size_t signal)
{
    while (batch->signals.size() <= signal) batch->signals.emplace_back();
    constexpr std::array types{asio::cancellation_type::terminal, asio::cancellation_type::partial,
                               asio::cancellation_type::total};
    const auto type = types[pick(types.size())];
    const auto timer = std::make_shared<asio::steady_timer>(executor_, std::chrono::microseconds(pick(3000)));
    timer->async_wait(
        [timer, batch, signal, type](boost::system::error_code) { batch->signals[signal].emit(type); });
}

// ---- tenants

asio::awaitable<void> Client::use(std::size_t tenant)
{
    auto operation = world_.fleet().async_tenant(world_.places()[tenant].name);
    Result<Db> db = co_await ask<Db>(std::move(operation));
    if (!db) {
        met(db.error(), "asking for a tenant", tenant, {errc::too_many_open, errc::timeout});
        co_return;
    }
    for (std::size_t times = 1 + pick(3); times != 0 && !closed_; --times) {
        switch (pick(24)) {
        case 0: co_await walk(*db, tenant); break;
        case 1: co_await read_for_ever(*db, tenant); break;
        case 2: co_await remove_one(*db); break;
        case 7: write_here(*db, tenant); break;
        case 8: co_await tidy(*db, tenant); break;
        case 3:
        case 4:
        case 5:
        case 6: co_await read(*db, tenant); break;
        default: co_await write(*db, tenant); break;
        }
    }
}

asio::awaitable<void> Client::use_in_scope(std::size_t tenant)
{
    const std::size_t entry = asked_.size();
    asked_.push_back({.number = ++last_number_, .tenant = tenant});
    const bool throws = chance(4);
    auto body = [this, entry, throws]<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
        asked_[entry].incarnation = db.incarnation();
        const Note row = note("one", asked_[entry].number);
        auto key = co_await db.async_write(insert(row));
        if (!key && key.error() == errc::unknown_outcome) asked_[entry].perhaps = 1;
        if (!key) co_return tl::unexpected(key.error());
        asked_[entry].rows = 1;
        auto found = db.read(one(select<Note>().where(col<&Note::id> == *key)));
        if (!found) co_return tl::unexpected(found.error());
        if (found->number != asked_[entry].number) world_.found("another row than was written is read");
        if (throws) throw std::runtime_error("on purpose");
        co_return Result<void>();
    };
    auto operation = world_.fleet().async_with(world_.places()[tenant].name, body);
    Result<void> result = co_await ask<void>(std::move(operation));
    asked_[entry].answered = true;
    if (asked_[entry].rows != 0) ++kept_;
    if (result && throws) world_.found("a body that threw was answered without an error");
    if (!result)
        not_written(asked_[entry], result.error(), asked_[entry].perhaps, "in a scope",
                    {errc::too_many_open, errc::timeout, errc::body_failed});
}

asio::awaitable<void> Client::change(std::size_t tenant)
{
    Place& place = world_.places()[tenant];
    if (place.loses_files()) co_return;
    if (place.fate == Fate::stays) {
        auto again = world_.fleet().async_create(place.name);
        Result<void> made = co_await ask<void>(std::move(again));
        if (made) world_.found("a tenant was made twice");
        if (!made) met(made.error(), "making a tenant again", tenant, {errc::tenant_exists, errc::timeout});
    } else if (chance(2)) {
        Result<void> made;
        if (chance(4)) {
            made = world_.fleet().create(place.name);
        } else {
            auto operation = world_.fleet().async_create(place.name);
            made = co_await ask<void>(std::move(operation));
        }
        if (made) ++place.created;
        if (!made) met(made.error(), "making a tenant", tenant, {errc::tenant_exists, errc::timeout});
    } else {
        Result<void> gone;
        if (chance(4)) {
            gone = world_.fleet().destroy(place.name);
        } else {
            auto operation = world_.fleet().async_destroy(place.name);
            gone = co_await ask<void>(std::move(operation));
        }
        if (gone) ++place.destroyed;
        if (!gone) met(gone.error(), "destroying a tenant", tenant, {errc::timeout});
    }
}

asio::awaitable<void> Client::go_through_all()
{
    auto body = [this]<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
        const std::string_view id = db.id();
        const auto& places = world_.places();
        const auto place =
            std::find_if(places.begin(), places.end(), [id](const Place& each) { return each.name == id; });
        const std::size_t entry = asked_.size();
        asked_.push_back({.number = ++last_number_,
                          .incarnation = db.incarnation(),
                          .tenant = static_cast<std::size_t>(place - places.begin())});
        const std::int64_t number = last_number_;
        auto write = [number](auto& tx) -> Result<void> {
            const Note row = note("one", number);
            return tx.run(insert(row));
        };
        auto written = co_await db.async_write(write);
        asked_[entry].answered = true;
        if (!written && written.error() == errc::unknown_outcome) asked_[entry].perhaps = 1;
        if (!written) co_return tl::unexpected(written.error());
        asked_[entry].rows = 1;
        ++kept_;
        co_return co_await db.async_read(one(rows_of(number)));
    };
    ForEachOptions options;
    options.concurrency = 1 + pick(4);
    auto operation = async_for_each(world_.fleet(), Which::all(), body, options);
    using Report = ForEachReport<std::int64_t>;
    Result<Report> report = co_await ask<Report>(std::move(operation));
    if (!report) {
        met(report.error(), "going through all tenants", 0, {errc::timeout});
        co_return;
    }
    for (const auto& each : report->tenants) {
        if (!each.result && !report->cancelled) world_.found("a tenant was left out of async_for_each");
        if (!each.result) continue;
        const auto& result = *each.result;
        if (result && *result != 1) world_.found("a write of async_for_each is not to be read");
        if (!result) {
            const auto& places = world_.places();
            const auto place = std::find_if(places.begin(), places.end(),
                                            [&](const Place& p) { return p.name == each.id.view(); });
            const auto tenant = static_cast<std::size_t>(place - places.begin());
            if (place->loses_files() && result.error() == errc::unknown_outcome)
                ++errors_[static_cast<std::size_t>(errc::unknown_outcome)]; // the body has noted it
            else if (report->cancelled)
                met(result.error(), "a cancelled body of async_for_each", tenant,
                    {errc::cancelled, errc::too_many_open, errc::timeout, errc::batch_aborted});
            else
                met(result.error(), "a body of async_for_each", tenant,
                    {errc::too_many_open, errc::timeout, errc::batch_aborted});
        }
    }
}

// ---- writing

template <class R>
void Client::settle(Batch& batch, const Expectation& expected, const Result<R>& result)
{
    Asked& entry = asked_[expected.entry];
    if (entry.answered) world_.found("a write was answered twice");
    entry.answered = true;
    if (result) {
        if (expected.rows == 0) world_.found("a write that must fail was acknowledged");
        entry.rows = expected.rows;
        ++kept_;
    } else {
        const auto or_closed = [](bool may_be, errc code) { return may_be ? code : errc::fleet_closed; };
        not_written(entry, result.error(), expected.rows, "a write",
                    {expected.failure.value_or(errc::fleet_closed),
                     or_closed(expected.cancelled, errc::cancelled),
                     or_closed(expected.limited, errc::timeout),
                     or_closed(expected.may_be_aborted, errc::batch_aborted)});
    }
    if (--batch.outstanding == 0) batch.answered.cancel();
}

template <class Operation>
void Client::begin(const std::shared_ptr<Batch>& batch, Operation operation, const Expectation& expected)
{
    ++batch->outstanding;
    const std::size_t signal = batch->signals.size();
    batch->signals.emplace_back();
    if (expected.cancelled) cancel_soon(batch, signal);
    auto answer = [this, batch, expected](const auto& result) { this->settle(*batch, expected, result); };
    std::move(operation)(asio::bind_executor(
        executor_, asio::bind_cancellation_slot(batch->signals[signal].slot(), std::move(answer))));
}

void Client::begin_one(const std::shared_ptr<Batch>& batch, const Db& handle, std::size_t tenant)
{
    const std::int64_t number = ++last_number_;
    Expectation expected{.tenant = tenant, .entry = asked_.size(), .cancelled = chance(6)};
    asked_.push_back({.number = number, .incarnation = handle.incarnation(), .tenant = tenant});
    Db db = handle;
    if (chance(6)) {
        expected.limited = true;
        Limits limits;
        if (chance(2)) limits.deadline = Limits::Clock::now() + std::chrono::microseconds(pick(5000));
        if (!limits.deadline || chance(2)) limits.time_limit = std::chrono::milliseconds(1 + pick(3));
        db = db.limited(limits);
    }
    const auto two = [number](auto& tx) -> Result<void> {
        const Note row = note("two", number);
        auto first = tx.run(insert(row));
        return first ? tx.run(insert(row)) : first;
    };
    const auto taken_back = [number](auto& tx) -> Result<void> {
        const Note row = note(poison, number);
        auto done = tx.run(insert(row));
        return done ? fail(errc::invalid_argument, "on purpose") : done;
    };
    const auto throwing = [number](auto& tx) -> Result<void> {
        const Note row = note(poison, number);
        (void)tx.run(insert(row));
        throw std::runtime_error("on purpose");
    };
    const auto collapsing = [number](auto& tx) -> Result<void> {
        const Note row = note(poison, number);
        (void)tx.run(insert(row));
        return tx.run(
            sql<"insert or rollback into note(id, text, number) select max(id), 'poison', ? from note">(
                number));
    };
    const auto without_end = [number](auto& tx) -> Result<void> {
        const Note row = note(poison, number);
        (void)tx.run(insert(row));
        tenantry::must(tx.read(one(endless())));
        return {};
    };
    switch (pick(14)) {
    case 0:
        expected.failure = errc::invalid_argument;
        expected.may_be_aborted = true;
        return begin(batch, db.async_write(taken_back), expected);
    case 1:
        expected.failure = errc::body_failed;
        expected.may_be_aborted = true;
        return begin(batch, db.async_write(throwing), expected);
    case 2: // takes the whole batch with it
        expected.failure = errc::constraint;
        expected.may_be_aborted = true;
        return begin(batch, db.async_write(collapsing), expected);
    case 3:
        expected.failure = errc::constraint;
        return begin(batch, db.async_write(sql<"insert into reply(note) values (-1)">()), expected);
    case 4:
        expected.may_be_aborted = true;
        expected.limited = true;
        expected.cancelled = expected.cancelled || chance(2);
        // Whoever is to cancel it may be blocked meanwhile, and wait for just this.
        db = handle.limited({.time_limit = expected.cancelled ? 50ms : 2ms});
        return begin(batch, db.async_write(without_end), expected);
    case 5:
    case 6:
        expected.rows = 2;
        expected.may_be_aborted = true;
        return begin(batch, db.async_write(two), expected);
    case 7:
    case 8: expected.rows = 2; return begin(batch, db.async_write(repeatable(two)), expected);
    default: {
        expected.rows = 1;
        const Note row = note("one", number);
        return begin(batch, db.async_write(insert(row)), expected);
    }
    }
}

asio::awaitable<void> Client::write(Db db, std::size_t tenant)
{
    const auto batch = std::make_shared<Batch>(executor_);
    const std::size_t first = asked_.size();
    for (std::size_t count = 1 + pick(6); count != 0; --count) begin_one(batch, db, tenant);
    if (batch->outstanding != 0) co_await batch->answered.async_wait(asio::as_tuple(asio::use_awaitable));
    // What was awaited is to be read.
    for (std::size_t n = asked_.size(); n-- != first;) {
        if (asked_[n].rows == 0) continue;
        const auto found = db.read(one(rows_of(asked_[n].number)));
        if (found && *found != asked_[n].rows) world_.found("an acknowledged write is not to be read");
        if (!found) met(found.error(), "reading what was written", tenant);
        break;
    }
}

void Client::write_here(const Db& db, std::size_t tenant)
{
    Batch batch(executor_);
    batch.outstanding = 1;
    const std::int64_t number = ++last_number_;
    Expectation expected{.tenant = tenant, .entry = asked_.size()};
    asked_.push_back({.number = number, .incarnation = db.incarnation(), .tenant = tenant});
    const Note row = note("one", number);
    if (chance(2)) {
        expected.rows = 1;
        return settle(batch, expected, db.write(insert(row)));
    }
    expected.rows = 2;
    expected.may_be_aborted = true;
    const auto two = [&row](auto& tx) -> Result<void> {
        auto first = tx.run(insert(row));
        return first ? tx.run(insert(row)) : first;
    };
    settle(batch, expected, db.write(two));
}

asio::awaitable<void> Client::remove_one(Db db)
{
    for (int tries = 0; tries < 20 && !asked_.empty(); ++tries) {
        const std::size_t n = pick(asked_.size());
        if (asked_[n].rows == 0 || asked_[n].incarnation != db.incarnation()) continue;
        auto operation = db.async_write(sql<"delete from note where number = ?">(asked_[n].number));
        Result<std::int64_t> removed = co_await ask<std::int64_t>(std::move(operation));
        if (!removed) {
            not_written(asked_[n], removed.error(), asked_[n].rows, "removing rows", {errc::timeout});
            if (asked_[n].perhaps == 0) co_return; // they are still there
        } else if (*removed != asked_[n].rows) {
            world_.found("other rows were removed than were written");
        }
        asked_[n].rows = 0;
        co_return;
    }
}

asio::awaitable<void> Client::tidy(Db db, std::size_t tenant)
{
    Result<void> done;
    if (chance(2)) {
        auto operation = async_compact(db);
        Result<Compacted> compacted = co_await ask<Compacted>(std::move(operation));
        if (!compacted) done = fail(std::move(compacted).error());
    } else {
        auto operation = async_optimize(db);
        done = co_await ask<void>(std::move(operation));
    }
    if (!done) met(done.error(), "tidying", tenant, {errc::timeout});
}

// ---- reading

asio::awaitable<void> Client::read(Db db, std::size_t tenant)
{
    // What a write takes back is never seen, and pairs are seen whole and at one moment.
    const auto look = [](auto& snapshot) -> Result<bool> {
        std::vector<std::int64_t> seen;
        for (int times = 0; times < 2; ++times) {
            for (auto each : {snapshot.read(one(all_rows())), snapshot.read(one(pair_rows())),
                              snapshot.read(one(poisoned_rows()))}) {
                if (!each) return fail(std::move(each).error());
                seen.push_back(*each);
            }
        }
        return seen[0] == seen[3] && seen[1] == seen[4] && seen[1] % 2 == 0 && seen[2] + seen[5] == 0;
    };
    const auto fleet = world_.fleet().stats();
    if (fleet.open > fleet.max_open || fleet.idle > fleet.open || db.stats().queued_writes > 1000)
        world_.found("figures that cannot be");
    Result<bool> whole = true;
    switch (pick(4)) {
    case 0: {
        whole = db.read(one(poisoned_rows())).map([](std::int64_t rows) { return rows == 0; });
        break;
    }
    case 1: {
        auto operation = db.async_read(one(poisoned_rows()));
        Result<std::int64_t> rows = co_await ask<std::int64_t>(std::move(operation));
        whole = rows.map([](std::int64_t found) { return found == 0; });
        break;
    }
    case 2: whole = db.snapshot(look); break;
    default: {
        auto operation = db.limited(tenantry::within(20ms)).async_snapshot(look);
        whole = co_await ask<bool>(std::move(operation));
        break;
    }
    }
    if (!whole)
        met(whole.error(), "reading", tenant, {errc::timeout});
    else if (!*whole)
        world_.found("half a write was seen");
}

asio::awaitable<void> Client::walk(Db db, std::size_t tenant)
{
    std::int64_t last = 0;
    const auto body = [&](std::span<Record<Note, Notes>> rows) {
        for (const auto& row : rows) {
            if (row.id.value() <= last || row.text == poison) world_.found("a walk sees what it must not");
            last = row.id.value();
        }
        return rows.back().id.value() < 5'000;
    };
    auto operation = async_walk(db, select<Note>().order_by(col<&Note::id>), 1 + pick(200), body);
    Result<std::int64_t> walked = co_await ask<std::int64_t>(std::move(operation));
    if (!walked) met(walked.error(), "walking", tenant, {errc::timeout});
}

asio::awaitable<void> Client::read_for_ever(Db db, std::size_t tenant)
{
    Result<std::int64_t> answer = std::int64_t{0};
    switch (pick(3)) {
    case 0: answer = db.limited({.time_limit = 1ms}).read(one(endless())); break;
    case 1: {
        auto operation = db.limited({.time_limit = 2ms}).async_read(one(endless()));
        answer = co_await ask<std::int64_t>(std::move(operation));
        break;
    }
    default: {
        auto operation = db.limited({.time_limit = 50ms}).async_read(one(endless()));
        answer = co_await ask<std::int64_t>(std::move(operation), true);
        break;
    }
    }
    if (answer)
        world_.found("a query without an end has ended");
    else
        met(answer.error(), "reading for ever", tenant, {errc::timeout});
}

} // namespace tenantry::test
