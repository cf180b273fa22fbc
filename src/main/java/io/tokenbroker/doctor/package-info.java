/**
 * {@code doctor}: looks at the settings, FusionAuth, the providers and the store, and changes nothing. It runs without a
 * start, for a broker that does not start needs it most.
 *
 * <pre>
 *  DoctorCommand   arguments, table or JSON (Report), exit code
 *       │
 *    Doctor        examinations beside each other, each ended after a time: what it has found by then stays
 *       ├─ SettingsChecks    what would stop a start, and what is only unwise
 *       ├─ FusionAuthChecks ─ KeyChecks                        by ProbeHttp
 *       ├─ ProviderList ─ ProviderChecks ─ ProviderEndpoints   by ProbeHttp, once the key has told
 *       ├─ StoreChecks       over StoreInspection
 *       └─ what only a try on the real servers tells
 *
 *  each gives Findings: a Check (its name and its remedy), ✓ ! ✗ or ?, and what was found
 * </pre>
 *
 * <p>A check is left out where its settings do not work: what is said of the settings says what to do first. docs/doctor.md
 * has a section for every Check.
 */
@NullMarked
package io.tokenbroker.doctor;

import org.jspecify.annotations.NullMarked;
