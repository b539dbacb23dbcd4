"""The page: functions that draw with Streamlit and call `rag`; nothing here knows how retrieval works."""
