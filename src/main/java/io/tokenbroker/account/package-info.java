/** Linked accounts: their ids, their links as last read, their state; list, read, unlink. */
@NullMarked
package io.tokenbroker.account;

import org.jspecify.annotations.NullMarked;
