// Bundled behind Swagger UI, because the page's policy allows one script.
const ui = globalThis.SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  // Disable the validator badge, which sends the document to a third party.
  validatorUrl: null,
  // Authorize later requests with the token of a login or a new guest.
  responseInterceptor(response) {
    const token = response.body?.access_token;
    if (response.ok && typeof token === 'string') ui.preauthorizeApiKey('bearer', token);
    return response;
  },
});
