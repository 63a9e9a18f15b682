"""What the OpenAPI document says about the service as a whole, and how its page looks."""

SPECTACULAR_SETTINGS = {
    "TITLE": "Todo API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_PATCH": False,
    "SORT_OPERATIONS": False,
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "CONTACT": {"name": "Whoever runs this service"},
    "TAGS": [
        {"name": "todos", "description": "Todos and their subtasks, one by one or up to a hundred at once."},
        {"name": "lists", "description": "Every todo is in one of them, unless it is said otherwise in the Inbox."},
        {"name": "tags", "description": "Names that todos share across lists."},
        {"name": "views", "description": "Parameters of `GET /todos` under a name."},
        {"name": "me", "description": "Who is signed in, the settings, and the numbers of every badge."},
        {"name": "calendar", "description": "For calendars and task apps, which send no token."},
        {"name": "sync", "description": "For clients that keep a copy."},
        {"name": "index", "description": "Where everything is."},
    ],
    # Where the document comes from.
    "SERVERS": [{"url": "/", "description": "This service"}],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "persistAuthorization": True,
        "displayRequestDuration": True,
        "defaultModelsExpandDepth": 0,  # a hundred types are for whoever asks for them
    },
    "POSTPROCESSING_HOOKS": ["todoproject.openapi.document_problems"],
}
