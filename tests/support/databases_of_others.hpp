// Databases in the shapes that others make: what they are made of, and what is declared of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <tenantry/expr/id.hpp>
#include <tenantry/schema/column_name.hpp>
#include <tenantry/schema/column_type.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/not_strict.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/schema/table.hpp>

namespace tenantry::test::others {

// As Chinook has them, without rows.
inline const std::string chinook_tables =
    "CREATE TABLE [Artist] ([ArtistId] INTEGER NOT NULL, [Name] NVARCHAR(120), CONSTRAINT [PK_Artist] PRIMARY KEY ([ArtistId]));"
    "CREATE TABLE [Album] ([AlbumId] INTEGER NOT NULL, [Title] NVARCHAR(160) NOT NULL, CONSTRAINT [PK_Album] PRIMARY KEY ([AlbumId]));"
    "CREATE TABLE [Track] ([TrackId] INTEGER NOT NULL, [Name] NVARCHAR(200) NOT NULL, [AlbumId] INTEGER NOT NULL,"
    " [Composer] NVARCHAR(220), [Milliseconds] INTEGER NOT NULL, [Bytes] INTEGER, [UnitPrice] NUMERIC(10,2) NOT NULL,"
    " CONSTRAINT [PK_Track] PRIMARY KEY ([TrackId]), FOREIGN KEY ([AlbumId]) REFERENCES [Album] ([AlbumId])"
    " ON DELETE NO ACTION ON UPDATE NO ACTION);"
    "CREATE UNIQUE INDEX [IPK_Track] ON [Track]([TrackId]);";

// As Rails has them.
struct User {
    Id<User> id{};
    std::string email{};
    bool admin{};
    std::int64_t visits{};
    std::string created{};
};
struct Rails : Schema<Table<"users", User, NotStrict, ColumnName<&User::created, "created_at">,
                            ColumnType<&User::created, "datetime(6)">,
                            UniqueIndex<"index_users_on_email", &User::email>>> {};
inline const std::string rails =
    "CREATE TABLE \"schema_migrations\" (\"version\" varchar NOT NULL PRIMARY KEY);"
    "CREATE TABLE \"users\" (\"id\" integer PRIMARY KEY AUTOINCREMENT NOT NULL, \"email\" varchar NOT NULL,"
    " \"admin\" boolean DEFAULT 0 NOT NULL, \"visits\" bigint DEFAULT 0 NOT NULL, \"created_at\" datetime(6) NOT NULL);"
    "CREATE UNIQUE INDEX \"index_users_on_email\" ON \"users\" (\"email\");"
    "INSERT INTO schema_migrations VALUES ('20240102030405');"
    "INSERT INTO users(email, created_at) VALUES ('ada@x', '2024-01-02 03:04:05.678901')";

// As Django has them.
struct Entry {
    Id<Entry> id{};
    std::string title{};
    std::uint32_t rank{};
    bool shown{};
    std::optional<double> price{};
    std::int64_t author{};
};
struct Django : Schema<Table<"blog_entry", Entry, NotStrict, ColumnName<&Entry::author, "author_id">>> {};
inline const std::string django =
    "CREATE TABLE \"auth_user\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"name\" varchar(150) NOT NULL UNIQUE);"
    "CREATE TABLE \"blog_entry\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"title\" varchar(200) NOT NULL,"
    " \"rank\" integer unsigned NOT NULL CHECK (\"rank\" >= 0), \"shown\" bool NOT NULL, \"price\" decimal NULL,"
    " \"author_id\" bigint NOT NULL REFERENCES \"auth_user\" (\"id\") DEFERRABLE INITIALLY DEFERRED);"
    "CREATE INDEX \"blog_entry_author\" ON \"blog_entry\" (\"author_id\");"
    "INSERT INTO auth_user VALUES (1, 'a'); INSERT INTO blog_entry VALUES (1, 't', 3, 1, 2.5, 1), (2, 'u', 4, 0, NULL, 1)";

} // namespace tenantry::test::others
