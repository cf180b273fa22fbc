/** The floods: one caller floods an endpoint, and another caller's mints are measured ({@code make floods}). */
@NullMarked
package io.tokenbroker.floods;

import org.jspecify.annotations.NullMarked;
