// What a token says, for roles, organizations and standing. The block is in the README of betterauth_auth as well.
// begin
async function activeOrganization(adapter, session) {
  if (!session.activeOrganizationId) return null;
  const is = (field, value) => ({ field, value });
  const within = [is("organizationId", session.activeOrganizationId), is("userId", session.userId)];
  const member = await adapter.findOne({ model: "member", where: within });
  const where = [is("id", session.activeOrganizationId)];
  const organization = member && (await adapter.findOne({ model: "organization", where }));
  return organization && { id: organization.id, slug: organization.slug, role: member.role };
}

export const definePayload = async ({ user, session }) => ({
  name: user.name,
  email: user.email,
  emailVerified: user.emailVerified,
  image: user.image,
  role: user.role,
  banned: user.banned,
  banExpires: user.banExpires,
  isAnonymous: user.isAnonymous,
  sid: session.id,
  impersonatedBy: session.impersonatedBy,
  org: await activeOrganization((await auth.$context).adapter, session),
});
// end

let auth;
export const describe = (server) => {
  auth = server;
};
