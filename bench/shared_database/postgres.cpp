#include "side.hpp"

#ifdef TENANTRY_BENCH_HAS_LIBPQ

#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include <libpq-fe.h>

#include "../harness.hpp"

namespace bench {

namespace {

constexpr const char* tables =
    "CREATE TABLE config (tenant text NOT NULL, key text NOT NULL, value text NOT NULL, updated_at bigint NOT NULL, "
    "PRIMARY KEY (tenant, key));"
    "CREATE TABLE audit_log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, module text NOT "
    "NULL, action text NOT NULL, target text, status text NOT NULL CHECK (status IN ('pending', 'running', 'done', "
    "'failed')), duration_ms bigint, at bigint NOT NULL);"
    "CREATE INDEX idx_audit_ts ON audit_log (tenant, at DESC);";

// The role that the service connects as: policies do not hold for the owner of a table. What counts across tenants is
// asked by a role that may see all.
constexpr const char* policies =
    "DROP ROLE IF EXISTS tenantry_bench_service;"
    "CREATE ROLE tenantry_bench_service;"
    "GRANT ALL ON config, audit_log TO tenantry_bench_service;"
    "ALTER TABLE config ENABLE ROW LEVEL SECURITY;"
    "ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY tenant ON config TO tenantry_bench_service USING (tenant = current_setting('app.tenant'));"
    "CREATE POLICY tenant ON audit_log TO tenantry_bench_service USING (tenant = current_setting('app.tenant'));";

struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

// libpq as a careful programmer uses it: one connection, statements that are prepared once, one round trip a request.
// With row-level security the tenant is set, the statement run and all committed in one pipeline.
class SharedPostgres final : public Side {
public:
    SharedPostgres(std::string server, Lasting lasting, RowSecurity security)
        : server_(std::move(server)),
          secured_(security == RowSecurity::yes),
          database_(secured_ ? "tenantry_bench_secured" : "tenantry_bench")
    {
        connect("postgres");
        execute(("DROP DATABASE IF EXISTS " + database_).c_str());
        execute(("CREATE DATABASE " + database_).c_str());
        PQfinish(std::exchange(connection_, nullptr));
        connect(database_);
        execute(lasting == Lasting::power_loss ? "SET synchronous_commit = on"
                                               : "SET synchronous_commit = off");
        execute(tables);
        if (secured_) execute(policies);
        prepare("fill", insertion);
        prepare("count", "SELECT count(*) FROM audit_log WHERE status = 'failed'");
    }
    ~SharedPostgres() override
    {
        PQfinish(std::exchange(connection_, nullptr));
        connect("postgres");
        execute(("DROP DATABASE " + database_).c_str());
        if (secured_) execute("DROP ROLE tenantry_bench_service");
        PQfinish(connection_);
    }
    SharedPostgres(const SharedPostgres&) = delete;
    SharedPostgres& operator=(const SharedPostgres&) = delete;

    void fill(int tenants, std::int64_t entries) override
    {
        execute("BEGIN");
        for (std::int64_t i = 0; i < entries; ++i) {
            const AuditLog row = entry(i);
            const Parameters parameters(name(static_cast<int>(i % tenants)), row);
            (void)checked(PQexecPrepared(connection_, "fill", 7, parameters.values(), nullptr, nullptr, 0),
                          PGRES_COMMAND_OK);
        }
        execute("COMMIT");
        execute("VACUUM ANALYZE");
        if (secured_) execute("SET ROLE tenantry_bench_service");
        prepare("tenant", "SELECT set_config('app.tenant', $1, true)");
        prepare("insert", insertion);
        prepare("update",
                "INSERT INTO config(tenant, key, value, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT "
                "(tenant, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at");
        // With row-level security the policy names the tenant, which is what it is for.
        prepare("latest", secured_
                              ? "SELECT id, module, action, target, status, duration_ms, at FROM audit_log "
                                "ORDER BY at DESC LIMIT 100"
                              : "SELECT id, module, action, target, status, duration_ms, at FROM audit_log "
                                "WHERE tenant = $1 ORDER BY at DESC LIMIT 100");
    }

    std::size_t latest(int tenant) override
    {
        const std::string owner = name(tenant);
        const char* values[] = {owner.c_str()};
        const Answer answer = request(owner, "latest", secured_ ? 0 : 1, values, PGRES_TUPLES_OK);
        std::vector<AuditLog> rows;
        for (int n = 0; n < PQntuples(answer.get()); ++n) {
            AuditLog& row = rows.emplace_back();
            row.module = PQgetvalue(answer.get(), n, 1);
            row.action = PQgetvalue(answer.get(), n, 2);
            if (!PQgetisnull(answer.get(), n, 3)) row.target = PQgetvalue(answer.get(), n, 3);
            for (std::size_t k = 0; k < std::size(status_names); ++k)
                if (std::strcmp(PQgetvalue(answer.get(), n, 4), status_names[k]) == 0)
                    row.status = static_cast<Status>(k);
            if (!PQgetisnull(answer.get(), n, 5)) row.duration_ms = number(answer, n, 5);
            row.at = Timestamp(std::chrono::milliseconds(number(answer, n, 6)));
        }
        return rows.size();
    }

    void insert(int tenant, const AuditLog& row) override
    {
        const std::string owner = name(tenant);
        const Parameters parameters(owner, row);
        (void)request(owner, "insert", 7, parameters.values(), PGRES_COMMAND_OK);
    }

    void update(int tenant, const Config& row) override
    {
        const std::string owner = name(tenant);
        const std::string at = std::to_string(row.updated_at.time_since_epoch().count());
        const char* values[] = {owner.c_str(), row.key.c_str(), row.value.c_str(), at.c_str()};
        (void)request(owner, "update", 4, values, PGRES_COMMAND_OK);
    }

    std::int64_t count_failed() override
    {
        if (secured_) execute("RESET ROLE");
        const Answer answer =
            checked(PQexecPrepared(connection_, "count", 0, nullptr, nullptr, nullptr, 0), PGRES_TUPLES_OK);
        if (secured_) execute("SET ROLE tenantry_bench_service");
        return number(answer, 0, 0);
    }

private:
    static constexpr const char* insertion =
        "INSERT INTO audit_log(tenant, module, action, target, status, duration_ms, at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)";

    class Parameters {
    public:
        Parameters(std::string tenant, const AuditLog& row)
            : tenant_(std::move(tenant)),
              duration_(row.duration_ms ? std::to_string(*row.duration_ms) : std::string()),
              at_(std::to_string(row.at.time_since_epoch().count())),
              values_{tenant_.c_str(),
                      row.module.c_str(),
                      row.action.c_str(),
                      row.target ? row.target->c_str() : nullptr,
                      status_names[static_cast<std::size_t>(row.status)],
                      row.duration_ms ? duration_.c_str() : nullptr,
                      at_.c_str()}
        {}
        Parameters(std::string, AuditLog&&) = delete; // the row is looked at later
        Parameters(const Parameters&) = delete;
        Parameters& operator=(const Parameters&) = delete;

        [[nodiscard]] const char* const* values() const noexcept { return values_.data(); }

    private:
        std::string tenant_;
        std::string duration_;
        std::string at_;
        std::array<const char*, 7> values_; // of the texts above, and of the row
    };

    static std::string name(int tenant) { return "tenant-" + std::to_string(tenant); }

    static std::int64_t number(const Answer& answer, int row, int column)
    {
        const char* const text = PQgetvalue(answer.get(), row, column);
        std::int64_t value = 0;
        std::from_chars(text, text + std::strlen(text), value);
        return value;
    }

    void connect(const std::string& database)
    {
        connection_ = PQconnectdb(
            (server_ + " dbname=" + database + " options='-c client_min_messages=warning'").c_str());
        if (PQstatus(connection_) != CONNECTION_OK) give_up(PQerrorMessage(connection_));
    }

    Answer checked(PGresult* result, ExecStatusType expected) const
    {
        Answer answer(result);
        if (PQresultStatus(result) != expected) give_up(PQerrorMessage(connection_));
        return answer;
    }
    void execute(const char* sql) const { (void)checked(PQexec(connection_, sql), PGRES_COMMAND_OK); }
    void prepare(const char* statement, const char* sql) const
    {
        (void)checked(PQprepare(connection_, statement, sql, 0, nullptr), PGRES_COMMAND_OK);
    }

    Answer request(const std::string& tenant, const char* statement, int count, const char* const* values,
                   ExecStatusType expected) const
    {
        if (!secured_)
            return checked(PQexecPrepared(connection_, statement, count, values, nullptr, nullptr, 0),
                           expected);
        // What stands between two synchronisations of a pipeline is one transaction.
        const char* owner[] = {tenant.c_str()};
        if (PQenterPipelineMode(connection_) != 1 ||
            PQsendQueryPrepared(connection_, "tenant", 1, owner, nullptr, nullptr, 0) != 1 ||
            PQsendQueryPrepared(connection_, statement, count, values, nullptr, nullptr, 0) != 1 ||
            PQpipelineSync(connection_) != 1)
            give_up(PQerrorMessage(connection_));
        (void)next(PGRES_TUPLES_OK);
        Answer answer = next(expected);
        (void)checked(PQgetResult(connection_), PGRES_PIPELINE_SYNC);
        if (PQexitPipelineMode(connection_) != 1) give_up(PQerrorMessage(connection_));
        return answer;
    }
    // The result of one statement of a pipeline, and the null that follows it.
    [[nodiscard]] Answer next(ExecStatusType expected) const
    {
        Answer answer = checked(PQgetResult(connection_), expected);
        if (PQgetResult(connection_) != nullptr) give_up("a statement had two results");
        return answer;
    }

    std::string server_;
    bool secured_;
    std::string database_;
    PGconn* connection_ = nullptr;
};

} // namespace

std::unique_ptr<Side> shared_postgres(const std::string& server, Lasting lasting, RowSecurity security)
{
    return std::make_unique<SharedPostgres>(server, lasting, security);
}

} // namespace bench

#else

namespace bench {

std::unique_ptr<Side> shared_postgres(const std::string&, Lasting, RowSecurity) { return nullptr; }

} // namespace bench

#endif
