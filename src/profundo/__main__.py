from profundo.cli import main

main()
