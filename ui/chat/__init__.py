"""The chat page: Gradio carries the events, the view is ours."""
