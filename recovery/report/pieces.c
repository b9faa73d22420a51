#include "recovery/report/pieces.h"

#include "recovery/report/remedy.h"

/* What happens, then what to do. Facts about the service: domain 2, 3, 5, 9, 10. */
static const char *const pieces[RA_PIECES] = {
    [RA_P_NOTHING] = "Nothing to do: it re-joins by its anchor.",
    [RA_P_NOTHING_SID] =
        "Nothing to do. A group's anchor cannot be read from the cloud: that it re-joins "
        "rests on the equal SID {sid}.",
    [RA_P_NOTHING_SMTP] =
        "Nothing to do. A contact's anchor cannot be read from the cloud: that it re-joins "
        "rests on the equal primary address {smtp}.",
    [RA_P_NOTHING_DEVICE] =
        "Nothing to do: the device {peer} has the computer's objectGUID as its deviceId.",
    [RA_P_TAKEOVER] =
        "Left alone, the first sync turns {peer}, which is not synced now, into a synced "
        "user: AD's values overwrite the cloud's, empty ones clear them, and the password "
        "follows AD where password hash sync is on. Confirm that {who} and {peer} are one "
        "person. If they are not, empty onPremisesImmutableId of cloud user {c.id} before the "
        "first sync.",
    [RA_P_RESTORE] =
        "Left alone, the first sync brings the deleted user {peer} back from the recycle bin "
        "and joins {who} to it. If it should stay deleted, delete {c.id} for good or take "
        "{who} out of scope; otherwise sync before the 30 days since its deletion are over.",
    [RA_P_SID_TAKEOVER] =
        "Left alone, the first sync probably takes over the cloud group {peer}, which has "
        "this group's SID but is not synced, and AD's members replace the cloud's. If the "
        "cloud is to keep it, take {who} out of scope.",
    [RA_P_SOFT_SMTP_USER] =
        "Left alone, Entra ID joins {who} to the cloud user {peer} because both have the "
        "primary address {smtp}, and stamps the anchor {anchor} on it for ever. Confirm that "
        "both are one person. To leave nothing to chance, write {anchor} into "
        "onPremisesImmutableId of {c.id} before the first sync.",
    [RA_P_SOFT_SMTP_OTHER] =
        "Left alone, Entra ID joins {who} to the cloud {c.kind} {peer} because both have the "
        "primary address {smtp}. Confirm that both are the same {kind}; if not, take the "
        "address off one of them.",
    [RA_P_SOFT_UPN] =
        "Left alone, Entra ID joins {who} to the cloud user {peer} because both have the UPN "
        "{upn}, and stamps the anchor {anchor} on it for ever. Confirm that both are one "
        "person. To leave nothing to chance, write {anchor} into onPremisesImmutableId of "
        "{c.id} before the first sync.",
    [RA_P_ADD_USER] =
        "Left alone, a new cloud user is created, without the mailbox, licences, groups and "
        "files of any account that this person had before. If there was one, find it and "
        "write its anchor into mS-DS-ConsistencyGuid of {dn} before the first sync; if the "
        "person is new, nothing is to be done.",
    [RA_P_ADD_GROUP] =
        "Left alone, a new cloud group is created. Its members follow AD, but roles, licences "
        "and application assignments of an earlier group do not. If there was one, find out "
        "why it does not match before the first sync.",
    [RA_P_ADD_CONTACT] =
        "Left alone, a new cloud contact is created. If there was one before, compare its "
        "primary address with {smtp}.",
    [RA_P_ADD_COMPUTER] =
        "Left alone, a new device is created, and the computer completes its hybrid join "
        "against it.",
    [RA_P_DUP_ANCHOR] =
        "Left alone, the first object with the anchor {anchor} to be exported joins, perhaps "
        "the wrong one, and the others fail. All that share it are listed under this code. "
        "Decide whose anchor it is, correct {attribute} of the others, and plan again.",
    [RA_P_DUP_ANCHOR_GUID] =
        "Left alone, the first object with the anchor {anchor} to be exported joins, perhaps "
        "the wrong one, and the others fail. All that share it are listed under this code. "
        "Take all but one out of scope, or correct onPremisesImmutableId where two cloud "
        "users carry it, and plan again.",
    [RA_P_ADMIN] =
        "Left alone, Entra ID refuses the match because {peer} holds a role, and creates a "
        "quarantined duplicate beside it (Existing Admin Role Conflict). Keep the "
        "administrator's account in the cloud alone and take {who} out of scope; or take the "
        "roles off {c.id}, delete the duplicate for good, sync, and assign the roles again.",
    [RA_P_ROLE_GROUP] =
        "Left alone, a duplicate group is created and the address {smtp} is quarantined: the "
        "role-assignable group {peer} cannot be synced. Take the address off one of the two, "
        "or take {who} out of scope.",
    [RA_P_HARD_FLAG] =
        "Left alone, the export of {who} fails with InvalidHardMatch: {peer} has this anchor, "
        "is not synced, and the tenant blocks such takeovers "
        "(blockCloudObjectTakeoverThroughHardMatchEnabled). If both are one, switch the flag "
        "off for the first sync and on again after it.",
    [RA_P_HARD_FLAG_STAMP] =
        "With soft_match = stamp the anchor {anchor} would be written to {c.id}, but the "
        "tenant then blocks the takeover (blockCloudObjectTakeoverThroughHardMatchEnabled) "
        "and the export fails with InvalidHardMatch. If both are one person, switch the flag "
        "off for the first sync and on again after it.",
    [RA_P_ROLE] =
        "Left alone, the export of {who} fails with InvalidHardMatch, because {peer} holds a "
        "role and such users are not taken over. Note the role assignments of {c.id} with "
        "their scopes, remove them, eligible ones too, sync, and assign them again; or keep "
        "the account in the cloud alone and take {who} out of scope.",
    [RA_P_ROLE_DELETED] =
        "Left alone, the export of {who} fails with InvalidHardMatch: the deleted user {peer} "
        "holds a role and is not restored by a match. Restore {c.id}, remove its roles, sync, "
        "and assign them again.",
    [RA_P_OOI] =
        "Left alone, the export of {who} fails with AttributeUpdateNotAllowed: {peer} is "
        "bound to the AD object {c.ooi}, not to {guid}. Check that both are one person, then "
        "clear the binding: PATCH https://graph.microsoft.com/beta/users/{c.id} "
        "{\"onPremisesObjectIdentifier\":null} (User-OnPremisesSyncBehavior.ReadWrite.All). "
        "For a whole rebuilt forest, allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled can "
        "be opened for the first sync instead.",
    [RA_P_SOFT_FLAG_USER] =
        "Left alone, no match is made and a duplicate of {peer} is created, its address or "
        "UPN in quarantine, because the tenant blocks soft match (blockSoftMatchEnabled). If "
        "both are one person, write {anchor} into onPremisesImmutableId of {c.id}, or switch "
        "the flag off for the first sync.",
    [RA_P_SOFT_FLAG_OTHER] =
        "Left alone, no match is made and a duplicate of {peer} is created, its address in "
        "quarantine, because the tenant blocks soft match (blockSoftMatchEnabled). If both "
        "are the same {kind}, switch the flag off for the first sync and on again after it.",
    [RA_P_SOFT_FLAG_DEVICE] =
        "Left alone, the hybrid join of {who} fails with InvalidSoftMatch, because the tenant "
        "blocks soft match (blockSoftMatchEnabled) and the device {peer} is not synced yet. "
        "Switch the flag off until the computers have joined.",
    [RA_P_SOFT_POLICY] =
        "The service itself would match {who} to {peer} by address or UPN and stamp its "
        "anchor: our policy soft_match = deny only keeps this from being called safe. Confirm "
        "that both are the same {kind}, then set soft_match = server, or stamp; otherwise "
        "take the shared value off one of them before the first sync.",
    [RA_P_TAKEOVER_POLICY] =
        "The service itself would let {who} take over {peer}, which is not synced now: our "
        "policy takeover = deny only keeps this from being called safe. Confirm that both are "
        "the same {kind}, then set takeover = allow; if they are not, take {who} out of "
        "scope, or empty onPremisesImmutableId of a user.",
    [RA_P_DRIFT_SYNCED] =
        "Left alone this is not stable: the first export deletes the synced user {peer}, and "
        "the next cycle creates a new account for {who}.",
    [RA_P_DRIFT_LOOSE] =
        "Left alone, the export of {who} fails with AttributeValueMustBeUnique: {peer} has "
        "its SID, but another anchor.",
    [RA_P_FIX_WRITE] =
        "fixes.ldif sets mS-DS-ConsistencyGuid of {dn} to {imm_guid}, what the cloud holds, "
        "so that it re-joins: apply it before the first sync.",
    [RA_P_FIX_CONFIRM] =
        "If both are one, for instance a user created anew, confirm the commented change in "
        "fixes.ldif, which sets mS-DS-ConsistencyGuid of {dn} to {imm_guid}; if they are two, "
        "take the shared value off one of them.",
    [RA_P_FIX_CONTENDED] =
        "More than one AD object points at {peer}, and an anchor belongs to one: decide whose "
        "it is; fixes.ldif has the change as a comment.",
    [RA_P_FIX_MODE] =
        "The source anchor is {attribute}, so mS-DS-ConsistencyGuid does not repair it: make "
        "{attribute} of {dn} give {c.imm}, or move the tenant to mS-DS-ConsistencyGuid.",
    [RA_P_FIX_VALUE] =
        "What the cloud holds, {c.imm}, is not 16 bytes in Base64, so it cannot come from a "
        "GUID: find the attribute that it was made from.",
    [RA_P_FIX_UNSEEN] =
        "The cloud shows no anchor for it. Recover the old one, from a backup or from a "
        "csexport of the old server, and write it into mS-DS-ConsistencyGuid of {dn} (groups: "
        "Entra Connect 1.5.18 or newer) before the first sync.",
    [RA_P_FIX_BINDING] =
        "Then clear the binding of {peer} to the AD object {c.ooi} too, or the export fails "
        "with AttributeUpdateNotAllowed: PATCH https://graph.microsoft.com/beta/users/{c.id} "
        "{\"onPremisesObjectIdentifier\":null}.",
    [RA_P_CONFLICT_SYNCED] =
        "Left alone this is not stable: {peer}, which is synced, owns the address or UPN of "
        "{who} under another anchor; the first export deletes it and the next cycle creates a "
        "new account.",
    [RA_P_CONFLICT_SYNCED_GROUP] =
        "Left alone this is not stable: the synced group {peer} owns the address {smtp} and "
        "has another SID; the first export deletes it for good, and the next cycle creates a "
        "new group without its roles and assignments.",
    [RA_P_CONFLICT_LOOSE] =
        "Left alone, a quarantined duplicate is created: {peer} owns the address or UPN of "
        "{who} and carries another anchor, {c.imm}.",
    [RA_P_GUEST] =
        "Left alone, what happens is not documented: {peer} is a guest. Invite the guest "
        "under another address, or take {who} out of scope; guests are never matched by this "
        "plan.",
    [RA_P_PROXY] =
        "Left alone, {who} is created without the shared address, or fails: {peer} holds it "
        "and is not a match. Take the address off the object that should not have it.",
    [RA_P_PROXY_MANY] =
        "Left alone, {who} is created without the shared address, or fails: more than one "
        "cloud object has it, {peer} among them. Take the address off all but one.",
    [RA_P_TYPE] =
        "Left alone, the export of {who} fails with ObjectTypeMismatch: the address {smtp} "
        "belongs to the cloud {c.kind} {peer}. Take the address off the object that should "
        "not have it.",
    [RA_P_SPLIT] =
        "Left alone, {who} is matched by its address to {peer}, and its UPN {upn}, which "
        "another cloud user owns, is quarantined. Decide which of the two is this person, "
        "rename the other, and plan again.",
    [RA_P_UPN_TAKEN] =
        "Left alone, a second account with a placeholder UPN is created, because {peer} owns "
        "the UPN {upn} and the tenant does not match by UPN. If both are one person, write "
        "{anchor} into onPremisesImmutableId of {c.id}; otherwise change one of the UPNs.",
    [RA_P_SID_HELD] =
        "Left alone, the export of {who} fails with AttributeValueMustBeUnique: {peer} has "
        "the SID {sid} already. If both are one person, write {anchor} into "
        "onPremisesImmutableId of {c.id}; if a restored domain controller gave the SID out "
        "twice, create the AD account anew.",
    [RA_P_AD_DUP] =
        "Left alone, another AD object with the same UPN or address may be exported first, "
        "and {who} gets a placeholder or loses the address. Correct the duplicate in AD.",
    [RA_P_UNKNOWN_OOI] =
        "It cannot be told whether {peer} is bound to this AD object: neither the objectGUID "
        "nor the SID ties them. If it is bound to another, the export fails with "
        "AttributeUpdateNotAllowed. Let reanchor read onPremisesObjectIdentifier (beta), then "
        "fetch and plan again.",
    [RA_P_UNKNOWN_SOA] =
        "It cannot be told whether the cloud manages {peer}. If it does, AD's changes are "
        "refused; if not, the first sync takes it over. Grant {soa_permission} and plan "
        "again.",
    [RA_P_UNKNOWN_ROLES] =
        "It cannot be told whether {peer} holds a role, which would make the export fail. "
        "Grant RoleManagement.Read.Directory, RoleEligibilitySchedule.Read.Directory and "
        "GroupMember.Read.All, then fetch and plan again.",
    [RA_P_SCOPE] = "Not synced: {cause}. If it was synced before, its cloud object is listed as an "
                   "orphan; then compare the new server's filters with the old one's.",
    [RA_P_LINKED] =
        "Not exported by itself: a linked mailbox waits for its master account in another "
        "forest, and no object that was read is it. See that this forest is connected before "
        "the first export.",
    [RA_P_LINKED_MASTER] =
        "Not exported by itself: its master account was read, is exported in its place, and "
        "brings the anchor. Import both forests before the first export.",
    [RA_P_LINKED_FORMER] =
        "Not exported by itself: a linked mailbox waits for its master account, and the account "
        "has msExchMasterAccountSid in its SID history alone. The sync server joins by objectSid: "
        "set msExchMasterAccountSid to the account's own SID before the first sync.",
    [RA_P_NO_ANCHOR] =
        "Not exported: {attribute} has no value. Fill it before the first sync if the object "
        "is to be synced.",
    [RA_P_SOA_CLOUD] =
        "Nothing to do: the cloud manages {peer}, and AD's changes are refused. The new "
        "server needs Entra Connect 2.5.76.0 or newer, for contacts 2.5.79.0.",
    [RA_P_ORPHAN_USER] =
        "Left alone, the first export deletes the synced user {peer}; it can be restored for "
        "30 days.",
    [RA_P_ORPHAN_HARD] =
        "Left alone, the first export deletes the synced {kind} {peer} for good: there is no "
        "recycle bin for it.",
    [RA_P_ORPHAN_DRIFT] = "Its AD object is there under another anchor: repair the ANCHOR_DRIFT or "
                          "ANCHOR_CONFLICT that names {c.id}, and it re-joins.",
    [RA_P_ORPHAN_SCOPE] =
        "Its AD object is there but out of scope: compare the new server's filters with the "
        "old one's, bring the object back into scope, or let it go.",
    [RA_P_ORPHAN_DELETED] =
        "Its AD object was deleted. If that was meant, let it go; otherwise restore the "
        "object in AD before the first sync.",
    [RA_P_ORPHAN_NOT_FOUND] =
        "Nothing in the directories that were read explains it. See that every domain and OU "
        "of the old server is configured; if its AD object is gone for good and the person is "
        "here under a new one, give that the old anchor.",
    [RA_P_STALE] =
        "Nothing happens by itself. An AD object that ever gets the anchor {c.imm} would take "
        "{peer} over; empty onPremisesImmutableId of {c.id} if it is to stay in the cloud.",
    [RA_P_STALE_DELETED] =
        "Its AD object was deleted, and {peer} was kept or restored in the cloud. A delete "
        "that is still exported for it fails with DeletingCloudOnlyObjectNotAllowed. If it is "
        "to stay, empty onPremisesImmutableId of {c.id}; if not, delete it in the cloud.",
    [RA_P_CLOUD_ONLY] = "Nothing to do: it lives in the cloud alone, and no sync touches it.",
    [RA_P_ALSO_ADMIN] = "Also in the way: it holds a role (BLOCK_ADMIN).",
    [RA_P_ALSO_ROLE_GROUP] = "Also in the way: it is role-assignable (BLOCK_ROLE_GROUP).",
    [RA_P_ALSO_HARD_FLAG] =
        "Also in the way: the tenant blocks takeover by hard match (BLOCK_HARD_FLAG).",
    [RA_P_ALSO_ROLE] =
        "Also in the way: it holds a role (BLOCK_ROLE); remove it for the first sync.",
    [RA_P_ALSO_OOI] = "Also in the way: it is bound to the AD object {c.ooi} (BLOCK_OOI); clear "
                      "onPremisesObjectIdentifier.",
    [RA_P_ALSO_SOFT_FLAG] = "Also in the way: the tenant blocks soft match (BLOCK_SOFT_FLAG).",
    [RA_P_ALSO_SOFT_POLICY] = "Also in the way: our policy soft_match = deny (BLOCK_SOFT_POLICY).",
    [RA_P_W_STAMP] =
        "The new server writes objectGUID into mS-DS-ConsistencyGuid; its AD account needs "
        "the right to do so.",
    [RA_P_W_AD_DUP] =
        "Another AD object has the same UPN or address: correct it in AD, or one of the two "
        "is quarantined.",
    [RA_P_W_BYPASS] =
        "This holds only while allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled is on: "
        "switch it off after the first sync.",
    [RA_P_W_CROSS] =
        "STOP: the anchor points at {peer}, but SID or names point at another cloud user. Two "
        "people are about to be swapped: compare both accounts before anything is synced, and "
        "correct the anchor.",
    [RA_P_W_FLAG] = "A tenant flag could not be read and its strict value was taken: grant "
                    "OnPremDirectorySynchronization.Read.All and plan again.",
    [RA_P_W_LENGTH] =
        "mS-DS-ConsistencyGuid of {dn} is not 16 bytes: another program may own it. Find out "
        "who wrote it.",
    [RA_P_W_HELD] = "Its UPN or one of its addresses is held by another cloud object and will be "
                    "quarantined: free the value before the first sync.",
    [RA_P_W_MAILBOX] =
        "It has a mailbox in AD. If {peer} has one in Exchange Online, the match makes two: "
        "settle the mailboxes first.",
    [RA_P_W_NAME] = "A cloud group has the same name: afterwards there are two.",
    [RA_P_W_OOI] =
        "It is bound to this AD object already; documentation leaves open whether the service "
        "accepts that for a user that is not synced.",
    [RA_P_W_OOI_UNKNOWN] = "Which AD object {peer} is bound to could not be read.",
    [RA_P_W_PLACEHOLDER] =
        "The cloud UPN {c.upn} is a placeholder left by an earlier conflict: free {upn}, and "
        "it is set right by the next sync.",
    [RA_P_W_RENAMED] =
        "The UPN differs, {upn} in AD and {c.upn} in the cloud: make sure that this is one "
        "person renamed, not two.",
    [RA_P_W_SID] =
        "The SIDs differ, {sid} in AD and {c.sid} in the cloud: a moved or recreated account is "
        "fine, another person is not. Compare both before the first sync.",
    [RA_P_W_SID_MIGRATED] =
        "The cloud still has {c.sid}, which stands in the SID history of {dn}: the account was "
        "migrated, and both are one. The first sync brings the new SID.",
    [RA_P_HISTORY] =
        "Another cloud {kind} has a SID of its SID history: that of the account from which it was "
        "migrated. If nothing in AD carries that one's anchor any more, write it into "
        "mS-DS-ConsistencyGuid of {dn} before the first sync; 'reanchor show {guid}' names it.",
    [RA_P_W_SIZE] =
        "More than 300 addresses, or 15 values of userCertificate or userSMIMECertificate: the "
        "export may fail with LargeObject or ExceededAllowedLength. Remove what is not needed.",
    [RA_P_W_PRIMARIES] = "More than one primary SMTP address: keep one with SMTP: in capitals.",
    [RA_P_W_UPN] =
        "The UPN in AD cannot be used as it is, so the cloud gets {upn}: verify the domain, "
        "or correct the UPN, before the first sync.",
    [RA_P_CONFIDENCE_M] =
        "Confidence M: Microsoft's documentation is older, of two minds, or in part inferred "
        "here.",
    [RA_P_CONFIDENCE_L] =
        "Confidence L: known from reports of others, not from Microsoft's documentation.",
    [RA_P_CONFIDENCE_INF] = "Confidence INF: inferred; no source states it.",
};

unsigned ra_remedy_count(void)
{
    return RA_PIECES;
}

const char *ra_remedy_piece(unsigned piece)
{
    return pieces[piece];
}
