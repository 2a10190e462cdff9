// Runs after Swagger UI, in one file with it, because the page may load nothing but its own script.
const ui = globalThis.SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  // The validator badge would send the document to somebody else's server.
  validatorUrl: null,
  // Whoever logs in, or becomes a guest, sends the token from then on without copying it.
  responseInterceptor(reply) {
    const token = reply.body?.access_token;
    if (reply.ok && typeof token === 'string') ui.preauthorizeApiKey('bearer', token);
    return reply;
  },
});
