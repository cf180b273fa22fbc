/**
 * The fault harness: the packaged broker as a process with its SQLite file, or replicas of it on PostgreSQL, accounts of both
 * kinds linked at the stand-ins, and one fault after another. {@link io.tokenbroker.faults.Plan}, {@code StorePlan},
 * {@code SqliteKills} and {@code PostgresKills} list the faults, {@link io.tokenbroker.faults.Trials} puts accounts through
 * one and judges what became of them, {@link io.tokenbroker.faults.World} is where that happens.
 */
@NullMarked
package io.tokenbroker.faults;

import org.jspecify.annotations.NullMarked;
