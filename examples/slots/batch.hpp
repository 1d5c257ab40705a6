// Writes a tenant's events exactly once, however often their source is imported.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fingerprint.hpp"
#include "schema.hpp"

namespace slots {

/// Events of one tenant that follow each other in the source.
struct Batch {
    struct Line {
        AuditLog row;
        Fingerprint upto; // of the tenant's events in the source up to this one
        bool cut = false; // the source ended in this line
    };

    std::int64_t first = 0; // how many of the tenant's events the source has before these
    Fingerprint before;     // and their fingerprint
    std::vector<Line> lines;
};

/// What became of a batch.
struct Applied {
    std::int64_t written = 0;
    std::int64_t skipped = 0;  // there already
    std::int64_t position = 0; // how many of the tenant's events of this source are in now
};

[[nodiscard]] inline auto differs()
{
    return fail(
        errc::invalid_argument,
        "this input begins like one that was imported before, but goes on differently before it comes to where "
        "that ended. Lines that were corrected belong in a file of their own; "
        "if this is another input, give it a name: --source NAME");
}

/// The last event of the source was written while its line was not complete. Now it may be: the same event, longer.
template <tenant_of<Slots> T>
[[nodiscard]] Result<void> complete_tail(Tx<T>& tx, const Key<AuditLog, T>& tail, const AuditLog& row)
{
    const auto changed = must(
        tx.write(update<AuditLog>()
                     .set(col<&AuditLog::target> = row.target)
                     .where(col<&AuditLog::id> == tail && col<&AuditLog::timestamp> == row.timestamp &&
                            col<&AuditLog::module> == row.module && col<&AuditLog::action> == row.action)));
    if (changed != 1) return differs();
    return {};
}

/// New events are work for `slots work`: one job of the kind, however many batches come before it is done.
template <tenant_of<Slots> T>
void request_digest(Tx<T>& tx)
{
    const auto pending = must(
        tx.read(first(select(col<&Job::id>)
                          .where(col<&Job::module> == "digest" && col<&Job::status> == JobStatus::pending))));
    if (pending) return;
    const Job job{.module = "digest", .created_at = now()};
    must(tx.run(insert(job)));
}

/// The transaction of an import: writes those events of the batch that are not in, and moves the position behind
/// them. Whatever ends the program, both are on disk or neither is.
template <tenant_of<Slots> T>
[[nodiscard]] Result<Applied> apply(Tx<T>& tx, const std::string& source, const Batch& batch)
{
    const auto record =
        must(tx.read(first(select<ImportPosition>().where(col<&ImportPosition::source> == source))));
    ImportPosition position{.source = source, .digest = Fingerprint().hex()};
    Key<AuditLog, T> tail;
    if (record) {
        position = plain(*record);
        tail = key_of<&ImportPosition::tail>(*record);
    }

    const auto size = static_cast<std::int64_t>(batch.lines.size());
    if (position.events < batch.first)
        return fail(errc::invalid_argument,
                    "events that this import wrote are gone: was the tenant destroyed meanwhile?");
    const auto there = static_cast<std::size_t>(std::min(position.events - batch.first, size));
    if (position.events <= batch.first + size) { // otherwise a later batch will tell
        const Fingerprint& upto = there == 0 ? batch.before : batch.lines[there - 1].upto;
        if (upto.hex() != position.digest) return differs();
    }

    Applied applied{.skipped = static_cast<std::int64_t>(there), .position = position.events};
    if (there == batch.lines.size()) return applied;
    for (std::size_t i = there; i < batch.lines.size(); ++i) {
        const auto& line = batch.lines[i];
        if (tail) {
            must(complete_tail(tx, tail, line.row));
            ++applied.skipped;
        } else {
            const auto key = must(tx.write(insert(line.row)));
            if (line.cut) tail = key;
            ++applied.written;
        }
        if (line.cut) {
            position.tail = tail;
        } else {
            tail = {};
            position.tail.reset();
            ++position.events;
        }
    }
    const auto& last = batch.lines.back();
    if (!last.cut)
        position.digest = last.upto.hex();
    else
        position.digest =
            (batch.lines.size() == 1 ? batch.before : batch.lines[batch.lines.size() - 2].upto).hex();
    position.updated_at = now();
    must(tx.run(upsert(position)));
    if (applied.written > 0) request_digest(tx);
    applied.position = position.events;
    return applied;
}

} // namespace slots
