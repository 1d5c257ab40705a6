// What a connection may do with the file of its database.
#pragma once

namespace tenantry::sqlite {

/// What a database is opened for.
enum class OpenMode {
    read_only,  ///< must exist; nothing can be written
    read_write, ///< must exist and be writable
    create,     ///< must not exist; is made with mode 0600, in WAL mode
    /// must exist; is read as it lies there, without its log and without taking locks: where nobody writes to it meanwhile
    immutable,
    /// must exist and be writable; nothing is written, the log is read and stays as it is, no index of it is made. Locks
    /// everybody else out (errc::busy where somebody has it open)
    untouched,
};

} // namespace tenantry::sqlite
