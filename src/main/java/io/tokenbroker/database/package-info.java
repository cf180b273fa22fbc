/**
 * The database of the store: SQLite in a file or PostgreSQL, by {@code broker.store.url}. Opens it, brings its schema up to
 * date, and says in one line why it cannot. Callers take turns at its connections. Knows no table; {@code grant} does.
 */
@NullMarked
package io.tokenbroker.database;

import org.jspecify.annotations.NullMarked;
