/** The module's logo in the CRM: the three dots of a person who is typing. */
export const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96" role="img" aria-label="Bot Bridge"><rect width="96" height="96" rx="22" fill="#1a73e8"/><g fill="#fff"><circle cx="27" cy="48" r="8"/><circle cx="48" cy="48" r="8"/><circle cx="69" cy="48" r="8"/></g></svg>
`;
