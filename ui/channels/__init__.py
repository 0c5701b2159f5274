"""Other places where customers write: Telegram, WhatsApp, Slack, Chatwoot, any signed webhook.

A platform's request is verified, put into a queue in the database and acknowledged at once;
a worker answers it and sends the reply in the platform's own form.
"""
