FLASK_APP=config.app:create_app
