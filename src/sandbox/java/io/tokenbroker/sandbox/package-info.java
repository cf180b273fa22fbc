/**
 * Stand-ins for what cannot run on a developer's machine: a FusionAuth and an Entra with several tenants. They are
 * stateful, speak HTTP and forget nothing while they run. Tests and {@code make run} use the same ones; the production
 * jar holds none of them.
 */
@NullMarked
package io.tokenbroker.sandbox;

import org.jspecify.annotations.NullMarked;
