/** Linked accounts as their users and clients see them: list, read, unlink, state. */
@NullMarked
package io.tokenbroker.account;

import org.jspecify.annotations.NullMarked;
