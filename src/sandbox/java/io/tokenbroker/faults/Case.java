package io.tokenbroker.faults;

/**
 * An account in a trial.
 *
 * @param begun when the trial did
 */
record Case(Trial trial, Row row, Account account, long begun) {}
