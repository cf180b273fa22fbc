/**
 * The database of the store: SQLite in a file or PostgreSQL, by {@code broker.store.url}. Knows no table; {@code grant} does.
 *
 * <pre>
 *  at the start: Engine of the URL → Opening: the file or server, its schema brought up to date (Flyway), or one line why not;
 *                a newer schema will do unless its scripts say otherwise, so that versions run side by side
 *
 *  a statement
 *      │
 *  Database      a turn among the callers, one of a few threads, a pooled connection (Session)
 *      │           Answering: for a moment after a failure statements fail at once; transactions are tried
 *      ├─ rows, or how many were changed
 *      └─ StoreUnavailable
 * </pre>
 *
 * <p>{@code StoreInspection} looks at one without a start, for the doctor.
 */
@NullMarked
package io.tokenbroker.database;

import org.jspecify.annotations.NullMarked;
