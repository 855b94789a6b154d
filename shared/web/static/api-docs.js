// Swagger UI on our own description of the addresses. Nothing is fetched from elsewhere, and nothing is validated elsewhere.
const place = document.getElementById("api-docs");
window.SwaggerUIBundle({
  url: place.dataset.openapi,
  domNode: place,
  deepLinking: true,
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  validatorUrl: null,
});
