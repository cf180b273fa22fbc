/**
 * The edge, where HTTP comes in: what is refused before anything reads it, bodies as they are read, headers and labels of
 * every answer.
 *
 * <pre>
 *  a request
 *      │
 *  Http2Requests     one of HTTP/2 behaves like one of HTTP/1.1 from here
 *  MetricLabels      a known path, or one name for all others
 *  EveryAnswer       request id, no-store
 *  RequestHeads      400, 431
 *  RequestBodies     413, 415; the body is in memory from here
 *      │
 *    CORS ─────────► CachedMints (mint)     answers what memory can
 *      │
 *  BusyConnections   from here an answer may take time
 *      │
 *  authentication, REST routing
 *      │
 *  QueryNames        400
 *  StrictJson, FieldNames   the body as a record
 *      │
 *  a resource
 * </pre>
 *
 * <p>{@code HttpFailures} answers what fails on the way before REST, {@code ProblemMappers} of {@code problem} the rest.
 *
 * <p>Here, in what {@code tenant} sends and in {@code ops.Broker} are the insides of Vert.x and Quarkus known.
 * {@code FrameworkInternalsTest} lists them with the tests that fail when an upgrade changes them.
 */
@NullMarked
package io.tokenbroker.http;

import org.jspecify.annotations.NullMarked;
