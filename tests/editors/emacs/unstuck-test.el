;;; unstuck-test.el --- Tests in a real Emacs  -*- lexical-binding: t; -*-

;;; Commentary:
;; Run by test_emacs.py, which gives the server, a folder and a pip command line that fails in the environment.

;;; Code:

(require 'ert)
(require 'cl-lib)
(require 'shell)
(require 'unstuck)

(setq unstuck-command (split-string (getenv "UNSTUCK_SERVER")))
(defconst unstuck-test-folder (file-name-as-directory (getenv "UNSTUCK_FOLDER")))
(defconst unstuck-test-id "pip/tls-ssl-certificate-verify-failed-self-signed")

(defmacro unstuck-test-wait (what seconds condition)
  "Wait at most SECONDS for CONDITION; fail with WHAT."
  `(let ((end (+ (float-time) ,seconds)) value)
     (while (and (not (setq value ,condition)) (< (float-time) end))
       (accept-process-output nil 0.05))
     (unless value (ert-fail (list "waited in vain for" ,what)))
     value))

(defun unstuck-test-log ()
  "A log with a failure, visited."
  (let ((path (expand-file-name "build.log" unstuck-test-folder)))
    (write-region (getenv "UNSTUCK_LOG") nil path nil 'quiet)
    (find-file path)))

(ert-deftest unstuck-test-modes ()
  (pcase-dolist (`(,name . ,mode) '(("a.log" . unstuck-log-mode)
                                    ("a.log.1" . unstuck-log-mode)
                                    ("requirements.txt" . unstuck-requirements-mode)
                                    ("requirements-dev.txt" . unstuck-requirements-mode)
                                    ("requirements/test.in" . unstuck-requirements-mode)
                                    ("constraints.txt" . unstuck-requirements-mode)
                                    ("pip.conf" . unstuck-pip-conf-mode)
                                    ("notes.txt" . text-mode)))
    (with-temp-buffer
      (setq buffer-file-name (expand-file-name name unstuck-test-folder))
      (set-auto-mode)
      (set-buffer-modified-p nil)
      (should (eq major-mode mode))
      (setq buffer-file-name nil))))

(ert-deftest unstuck-test-eglot ()
  (require 'eglot)
  (let ((eglot-sync-connect 30) (eglot-autoshutdown nil))
    (with-current-buffer (unstuck-test-log)
      (call-interactively #'eglot)
      (unstuck-test-wait "eglot" 30 (eglot-current-server))
      (let ((found (unstuck-test-wait "a diagnostic of flymake" 30 (flymake-diagnostics))))
        (should (= (length found) 1))
        (should (string-match-p "certificate" (flymake-diagnostic-text (car found)))))
      (goto-char (point-min))
      (let ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover
                                    (eglot--TextDocumentPositionParams))))
        (should (string-match-p unstuck-test-id (format "%s" hover))))
      (let ((actions (jsonrpc-request (eglot-current-server) :textDocument/codeAction
                                      (list :textDocument (eglot--TextDocumentIdentifier)
                                            :range (list :start (eglot--pos-to-lsp-position (point-min))
                                                         :end (eglot--pos-to-lsp-position (point-min)))
                                            :context (list :diagnostics [])))))
        (should (vectorp actions)))
      (eglot-shutdown (eglot-current-server)))))

(ert-deftest unstuck-test-lsp-mode ()
  (skip-unless (require 'lsp-mode nil t))
  (require 'lsp-modeline nil t)
  (let ((lsp-auto-guess-root t) (lsp-enable-file-watchers nil) (lsp-auto-configure nil)
        (lsp-session-file (expand-file-name "lsp-session" unstuck-test-folder)))
    (with-current-buffer (unstuck-test-log)
      (lsp)
      (unstuck-test-wait "a diagnostic of lsp-mode" 30
                         (cl-some (lambda (list) list) (hash-table-values (lsp-diagnostics))))
      (set-buffer-modified-p nil)
      (lsp-disconnect))))

(ert-deftest unstuck-test-compilation ()
  "The main loop: pip fails in a compilation, is explained and fixed, and succeeds."
  (unstuck-global-mode 1)
  (let* ((default-directory unstuck-test-folder)
         (compilation-ask-about-save nil)
         (buffer (compile (getenv "UNSTUCK_PIP")))
         (config nil))
    (with-current-buffer buffer
      (let ((mark (car (unstuck-test-wait "a mark" 60 (unstuck-marks)))))
        (should (string-match-p "WARNING: Retrying"
                                (buffer-substring (overlay-start mark) (overlay-end mark)))))
      (goto-char (point-max))
      (unstuck-explain)
      (with-current-buffer "*Unstuck*"
        (should (string-match-p unstuck-test-id (buffer-string))))
      (cl-letf (((symbol-function 'completing-read)
                 (lambda (_prompt titles &rest _)
                   (cl-find-if (lambda (title) (string-prefix-p "Trust the authority" title)) titles))))
        (unstuck-fix))
      (setq config (cl-find-if (lambda (each) (string-suffix-p "pip.conf" (or (buffer-file-name each) "")))
                               (buffer-list)))
      (should (buffer-modified-p config))
      (with-current-buffer config (save-buffer))
      (unstuck-test-wait "the compilation to end" 60 (not (get-buffer-process buffer))))
    (with-current-buffer (compile (getenv "UNSTUCK_PIP"))
      (unstuck-test-wait "success" 60 (save-excursion (goto-char (point-min))
                                                      (search-forward "Successfully installed" nil t)))
      (unstuck-test-wait "no marks" 20 (null (unstuck-marks))))))

(ert-deftest unstuck-test-shell ()
  (unstuck-global-mode 1)
  (let* ((default-directory unstuck-test-folder)
         (explicit-shell-file-name "bash")
         (explicit-bash-args '("--noprofile" "--norc" "-i"))
         (buffer (shell)))
    (with-current-buffer buffer
      (unstuck-test-wait "a prompt" 20 (> (buffer-size) 0))
      (goto-char (point-max))
      (insert (getenv "UNSTUCK_FAILING"))
      (comint-send-input)
      (unstuck-test-wait "a mark" 60 (unstuck-marks))
      (unstuck--insert (list :uri unstuck--uri :command "echo one\necho two"))
      (should (string-suffix-p "echo one echo two" (buffer-string)))
      (let ((kill-buffer-query-functions nil)) (kill-buffer buffer)))))

;;; unstuck-test.el ends here
