/** What tests share: the broker beside its sandbox, time that a test sets, and callers that speak HTTP. */
@NullMarked
package io.tokenbroker.support;

import org.jspecify.annotations.NullMarked;
