FLASK_APP=config.app:create_app(warmed=False)
