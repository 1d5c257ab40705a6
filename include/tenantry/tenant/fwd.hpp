// The names of the tenant floor.
#pragma once

namespace tenantry {

template <class T>
class TenantDb;
template <class T>
class Tx;
template <class T>
class Snapshot;
template <class Row, class T>
struct Record;
template <class T, auto Member>
class BlobReader;
template <class T, auto Member>
class BlobWriter;

} // namespace tenantry
