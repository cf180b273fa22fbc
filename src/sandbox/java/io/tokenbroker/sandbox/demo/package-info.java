/**
 * The demo: a single page application that links accounts, and the back end beside it that mints for them. The page
 * holds the user's token and no key; the back end holds the broker key and shows no token.
 */
@NullMarked
package io.tokenbroker.sandbox.demo;

import org.jspecify.annotations.NullMarked;
