;;; unstuck.el --- A language server for failures  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: tools, languages
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Unstuck marks the line of a log, a requirements file, a shell or a compilation that tells why a tool failed,
;; explains it, and offers the edit that fixes it.  Install the server with "uv tool install unstuck".
;;
;; Files: this package brings modes for logs, requirements files and pip's configuration, and tells eglot and lsp-mode
;; about the server.  Say `M-x eglot' (or `M-x lsp') in such a buffer, or add `eglot-ensure' to `unstuck-modes-hook'.
;;
;; Shells and compilations: `unstuck-global-mode' sends what they print to the server as it is printed.  Eglot cannot
;; manage such buffers, so they have a connection of their own.  `C-c ! e' explains, `C-c ! f' fixes.

;;; Code:

(require 'cl-lib)
(require 'jsonrpc)
(require 'subr-x)
(require 'url-util)

(defgroup unstuck nil "A language server for failures." :group 'tools)

(defcustom unstuck-command '("unstuck" "serve")
  "The server's program and its arguments."
  :type '(repeat string))

(defcustom unstuck-settings nil
  "The server's settings, a property list such as (:mute [\"npm\"] :locale \"en\")."
  :type 'plist)

(defface unstuck-failure '((t :inherit error :underline t)) "A line that tells why something failed.")

;;; Modes

(defvar unstuck-modes-hook nil "Run in every buffer of a mode of this package.")

;;;###autoload
(define-derived-mode unstuck-log-mode text-mode "Log"
  "Major mode for logs."
  (setq-local truncate-lines t)
  (run-hooks 'unstuck-modes-hook))

;;;###autoload
(define-derived-mode unstuck-requirements-mode conf-unix-mode "Requirements"
  "Major mode for pip's requirements and constraints files."
  (run-hooks 'unstuck-modes-hook))

;;;###autoload
(define-derived-mode unstuck-pip-conf-mode conf-unix-mode "pip.conf"
  "Major mode for pip's configuration files."
  (run-hooks 'unstuck-modes-hook))

;;;###autoload
(progn
  (add-to-list 'auto-mode-alist '("\\.log\\(?:\\.[0-9]+\\)?\\'" . unstuck-log-mode))
  (add-to-list 'auto-mode-alist
               '("\\(?:requirements\\|constraints\\)[^/]*\\.\\(?:txt\\|in\\)\\'" . unstuck-requirements-mode))
  (add-to-list 'auto-mode-alist '("/requirements/[^/]+\\.\\(?:txt\\|in\\)\\'" . unstuck-requirements-mode))
  (add-to-list 'auto-mode-alist '("/pip\\.\\(?:conf\\|ini\\)\\'" . unstuck-pip-conf-mode)))

(defconst unstuck-modes '(unstuck-log-mode unstuck-requirements-mode unstuck-pip-conf-mode))

;;; eglot and lsp-mode

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs (cons unstuck-modes (lambda (&rest _) unstuck-command))))

(declare-function lsp-register-client "lsp-mode")
(declare-function make-lsp-client "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode")
(defvar lsp-language-id-configuration)
(with-eval-after-load 'lsp-mode
  (pcase-dolist (`(,mode . ,language) '((unstuck-log-mode . "log")
                                        (unstuck-requirements-mode . "pip-requirements")
                                        (unstuck-pip-conf-mode . "ini")))
    (add-to-list 'lsp-language-id-configuration (cons mode language)))
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (lambda () unstuck-command))
                    :major-modes unstuck-modes
                    :server-id 'unstuck)))

;;; The connection of shells and compilations

(defvar unstuck--connection nil)
(defvar unstuck--buffers (make-hash-table :test #'equal) "Buffers by the URI of their transcript.")
(defvar unstuck--count 0)
(defvar-local unstuck--uri nil)

(defun unstuck--path (uri)
  "The file of a file URI."
  (url-unhex-string (string-remove-prefix "file://" uri)))

(defun unstuck--request (_connection method params)
  "Answer a request of the server's."
  (pcase method
    ('workspace/configuration
     (vconcat (mapcar (lambda (_) (or unstuck-settings (make-hash-table))) (plist-get params :items))))
    ('workspace/applyEdit (unstuck--apply (plist-get params :edit)) '(:applied t))
    (_ nil)))

(defun unstuck--notification (_connection method params)
  "React to a notification of the server's."
  (pcase method
    ('textDocument/publishDiagnostics
     (unstuck--publish (plist-get params :uri) (append (plist-get params :diagnostics) nil)))
    ('window/showMessage (message "unstuck: %s" (plist-get params :message)))))

;; A compilation runs while its server starts: what is to be told waits.
(defvar unstuck--ready nil "Whether the server has answered.")
(defvar unstuck--waiting nil "Notifications that wait for the server, the last one first.")

(defun unstuck--capabilities ()
  "What this package can do, for the server."
  '(:general (:positionEncodings ["utf-32" "utf-16"])
    :workspace (:applyEdit t :configuration t
                :workspaceEdit (:documentChanges t :resourceOperations ["create"]))
    :textDocument (:hover (:contentFormat ["plaintext"])
                   :codeAction (:codeActionLiteralSupport (:codeActionKind (:valueSet ["quickfix"]))
                                :resolveSupport (:properties ["edit"]) :dataSupport t)
                   :publishDiagnostics (:relatedInformation :json-false))))

(defun unstuck--start ()
  "Start the server; it is not waited for."
  (unless (executable-find (car unstuck-command))
    (user-error "Unstuck: %s is not executable; install it with \"uv tool install unstuck\", or set `unstuck-command'"
                (car unstuck-command)))
  (let ((connection
         (make-instance
          'jsonrpc-process-connection
          :name "unstuck"
          :events-buffer-scrollback-size 0
          :process (lambda ()
                     (make-process :name "unstuck" :command unstuck-command :connection-type 'pipe
                                   :coding 'utf-8-emacs-unix :noquery t
                                   :stderr (get-buffer-create " *unstuck stderr*")))
          :request-dispatcher #'unstuck--request
          :notification-dispatcher #'unstuck--notification)))
    (setq unstuck--connection connection
          unstuck--ready nil)
    (maphash (lambda (_ buffer)
               (when (buffer-live-p buffer) (with-current-buffer buffer (unstuck--reopen))))
             unstuck--buffers)
    (jsonrpc-async-request
     connection 'initialize
     (list :processId (emacs-pid)
           :clientInfo (list :name "Emacs" :version emacs-version)
           :rootUri (concat "file://" (url-encode-url (expand-file-name default-directory)))
           :initializationOptions (list :settings (or unstuck-settings (make-hash-table))
                                        :clientCommands ["unstuck.insertCommand"])
           :capabilities (unstuck--capabilities))
     :timeout 30
     :success-fn (lambda (_)
                   (jsonrpc-notify connection 'initialized (make-hash-table))
                   (setq unstuck--ready t)
                   (dolist (each (nreverse (cl-shiftf unstuck--waiting nil)))
                     (jsonrpc-notify connection (car each) (cdr each))))
     :error-fn (lambda (problem) (message "unstuck: %s" (plist-get problem :message)))
     :timeout-fn (lambda () (message "unstuck: the server does not answer")))))

(defun unstuck--running-p ()
  "Whether there is a server."
  (and unstuck--connection (jsonrpc-running-p unstuck--connection)))

(defun unstuck-connection ()
  "The connection to the server, which is started when there is none."
  (unless (unstuck--running-p) (unstuck--start))
  (let ((end (+ (float-time) 30)))
    (while (and (not unstuck--ready) (unstuck--running-p) (< (float-time) end))
      (accept-process-output nil 0.05)))
  (unless unstuck--ready (user-error "Unstuck: the server does not answer"))
  unstuck--connection)

(defun unstuck--tell (method &rest params)
  "Send the notification unstuck/terminal/METHOD about the current buffer."
  (unless (unstuck--running-p) (unstuck--start))
  (let ((name (intern (format "unstuck/terminal/%s" method)))
        (params `(:uri ,unstuck--uri ,@params)))
    (if unstuck--ready
        (jsonrpc-notify unstuck--connection name params)
      (push (cons name params) unstuck--waiting))))

(defun unstuck--environment ()
  "What decides which configuration pip and uv read."
  (let ((table (make-hash-table :test #'equal)))
    (dolist (name '("PIP_CONFIG_FILE" "PIP_CERT" "REQUESTS_CA_BUNDLE" "CURL_CA_BUNDLE" "SSL_CERT_FILE" "VIRTUAL_ENV"
                    "UV_CONFIG_FILE" "XDG_CONFIG_HOME")
                  table)
      (when-let ((value (getenv name))) (puthash name value table)))))

(defun unstuck--tell-open ()
  "Tell the server of the current buffer."
  (unstuck--tell 'didOpen :title (buffer-name) :cwd (expand-file-name default-directory)
                 :environment (unstuck--environment)))

(defun unstuck--open ()
  "Open the transcript of the current buffer."
  (when unstuck--uri (unstuck--close))
  (unless (unstuck--running-p) (unstuck--start))
  (setq unstuck--uri (format "unstuck-terminal:/emacs-%d/%d" (emacs-pid) (cl-incf unstuck--count)))
  (add-hook 'kill-buffer-hook #'unstuck--close nil t)
  (puthash unstuck--uri (current-buffer) unstuck--buffers)
  (unstuck--tell-open))

(defun unstuck--reopen ()
  "Tell a new server of the current buffer and of what stands in it."
  (unstuck--tell-open)
  (unstuck--write (buffer-substring-no-properties (point-min) (point-max))))

(defun unstuck--close ()
  "Forget the current buffer."
  (when unstuck--uri
    (remhash unstuck--uri unstuck--buffers)
    (when (unstuck--running-p) (unstuck--tell 'didClose))
    (setq unstuck--uri nil)))

(defun unstuck--write (text)
  "Tell the server that TEXT was printed in the current buffer."
  (unless (string-empty-p text)
    (unstuck--tell 'didWrite :text (replace-regexp-in-string "\n" "\r\n" text))))

;;; Compilations and shells

(defun unstuck--compilation-start (process)
  "A compilation begins."
  (with-current-buffer (process-buffer process)
    (unstuck--open)
    (unstuck--tell 'didStartCommand :commandLine (or (car-safe (bound-and-true-p compilation-arguments)) "")
                   :cwd (expand-file-name default-directory))))

(defvar compilation-filter-start)
(defun unstuck--compilation-filter ()
  "A compilation has printed something."
  (when unstuck--uri
    (unstuck--write (buffer-substring-no-properties compilation-filter-start (point)))))

(defun unstuck--compilation-finish (buffer status)
  "A compilation has ended."
  (with-current-buffer buffer
    (when unstuck--uri
      (let ((code (cond ((string-prefix-p "finished" status) 0)
                        ((string-match "code \\([0-9]+\\)" status) (string-to-number (match-string 1 status))))))
        (apply #'unstuck--tell 'didEndCommand (and code (list :exitCode code)))))))

(defun unstuck--comint-output (text)
  "A shell has printed TEXT."
  (unless unstuck--uri (unstuck--open))
  (unstuck--write (substring-no-properties text)))

(defun unstuck--comint-input (text)
  "The user has sent TEXT to a shell; what it prints belongs to that command."
  (let ((line (string-trim (substring-no-properties text))))
    (unless unstuck--uri (unstuck--open))
    (unless (string-empty-p line)
      (unstuck--write (concat line "\n"))
      (unstuck--tell 'didStartCommand :commandLine line))))

(defvar comint-output-filter-functions)
(defvar comint-input-filter-functions)
(defun unstuck--comint-setup ()
  "Read the current shell."
  (add-hook 'comint-output-filter-functions #'unstuck--comint-output nil t)
  (add-hook 'comint-input-filter-functions #'unstuck--comint-input nil t)
  (unstuck-buffer-mode))

(defvar unstuck-buffer-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c ! e") #'unstuck-explain)
    (define-key map (kbd "C-c ! f") #'unstuck-fix)
    map))

(define-minor-mode unstuck-buffer-mode "The keys of a buffer whose output is read." :lighter " Unstuck")

;;;###autoload
(define-minor-mode unstuck-global-mode
  "Read what shells and compilations print, and mark what failed."
  :global t
  (let ((change (if unstuck-global-mode #'add-hook #'remove-hook)))
    (funcall change 'compilation-mode-hook #'unstuck-buffer-mode)
    (funcall change 'compilation-start-hook #'unstuck--compilation-start)
    (funcall change 'compilation-filter-hook #'unstuck--compilation-filter)
    (funcall change 'compilation-finish-functions #'unstuck--compilation-finish)
    (funcall change 'shell-mode-hook #'unstuck--comint-setup)))

;;; Marks

(defun unstuck--publish (uri diagnostics)
  "Mark DIAGNOSTICS in the buffer whose transcript is URI."
  (let ((buffer (gethash uri unstuck--buffers)))
    (when (buffer-live-p buffer)
      (if (null diagnostics)
          (unstuck--unmark buffer)
        (jsonrpc-async-request
         unstuck--connection 'workspace/textDocumentContent (list :uri uri)
         :success-fn (lambda (result)
                       (when (buffer-live-p buffer)
                         (unstuck--mark buffer (split-string (plist-get result :text) "\r?\n") diagnostics))))))))

(defun unstuck--unmark (buffer)
  "Remove all marks from BUFFER."
  (with-current-buffer buffer
    (remove-overlays nil nil 'unstuck t)))

(defun unstuck--mark (buffer lines diagnostics)
  "Mark DIAGNOSTICS, which stand on LINES of the transcript, in BUFFER."
  (unstuck--unmark buffer)
  (with-current-buffer buffer
    (save-excursion
      (dolist (diagnostic diagnostics)
        (let* ((number (plist-get (plist-get (plist-get diagnostic :range) :start) :line))
               (text (nth number lines))
               (below (cl-count text (nthcdr (1+ number) lines) :test #'equal)))
          ;; The same line, counted from the end where it stands more than once.
          (goto-char (point-max))
          (when (and text (not (string-empty-p text)) (search-backward text nil t (1+ below)))
            (let ((overlay (make-overlay (line-beginning-position) (line-end-position)))
                  (message (plist-get diagnostic :message)))
              (overlay-put overlay 'unstuck t)
              (overlay-put overlay 'unstuck-diagnostic diagnostic)
              (overlay-put overlay 'face 'unstuck-failure)
              (overlay-put overlay 'help-echo message)
              (overlay-put overlay 'after-string (propertize (concat "\n  └─ " message) 'face 'error)))))))))

(defun unstuck-marks ()
  "The marks of the current buffer, in order."
  (sort (cl-remove-if-not (lambda (overlay) (overlay-get overlay 'unstuck)) (overlays-in (point-min) (point-max)))
        (lambda (a b) (< (overlay-start a) (overlay-start b)))))

(defun unstuck--nearest ()
  "The failure at point, or the nearest above it, or the last one."
  (let* ((marks (or (unstuck-marks) (user-error "Nothing has failed here that we know of")))
         (above (cl-remove-if (lambda (overlay) (> (overlay-start overlay) (point))) marks)))
    (overlay-get (car (last (or above marks))) 'unstuck-diagnostic)))

;;;###autoload
(defun unstuck-explain ()
  "Explain the failure at point, or the nearest above it."
  (interactive)
  (let* ((diagnostic (unstuck--nearest))
         (hover (jsonrpc-request (unstuck-connection) 'textDocument/hover
                                 (list :textDocument (list :uri unstuck--uri)
                                       :position (plist-get (plist-get diagnostic :range) :start))))
         (contents (plist-get hover :contents)))
    (with-help-window "*Unstuck*"
      (princ (if (stringp contents) contents (or (plist-get contents :value) (plist-get diagnostic :message)))))))

;;;###autoload
(defun unstuck-fix ()
  "Choose a fix for the failure at point, or the nearest above it."
  (interactive)
  (let* ((diagnostic (unstuck--nearest))
         (actions (append (jsonrpc-request
                           (unstuck-connection) 'textDocument/codeAction
                           (list :textDocument (list :uri unstuck--uri)
                                 :range (plist-get diagnostic :range)
                                 :context (list :diagnostics (vector diagnostic))))
                          nil))
         (titles (mapcar (lambda (action) (cons (plist-get action :title) action)) actions)))
    (unless titles (user-error "No fix can be offered for this; `unstuck-explain' shows what is known"))
    (unstuck--choose (cdr (assoc (completing-read "Fix: " (mapcar #'car titles) nil t) titles)))))

(defun unstuck--choose (action)
  "Do what ACTION says."
  (when-let ((disabled (plist-get action :disabled))) (user-error "%s" (plist-get disabled :reason)))
  (let* ((resolved (if (or (plist-get action :edit) (plist-get action :command))
                       action
                     (jsonrpc-request (unstuck-connection) 'codeAction/resolve action)))
         (edit (plist-get resolved :edit))
         (command (plist-get resolved :command)))
    (when edit (unstuck--apply edit))
    (when (equal (plist-get command :command) "unstuck.insertCommand")
      (unstuck--insert (aref (plist-get command :arguments) 0)))))

(defun unstuck--insert (argument)
  "Put the command of ARGUMENT at its shell's prompt, without Enter, or copy it."
  (let* ((text (string-trim (replace-regexp-in-string "[[:cntrl:]]" " " (plist-get argument :command))))
         (buffer (gethash (plist-get argument :uri) unstuck--buffers)))
    (if (and (buffer-live-p buffer) (with-current-buffer buffer (derived-mode-p 'comint-mode)))
        (with-current-buffer buffer
          (goto-char (point-max))
          (insert text))
      (kill-new text)
      (message "unstuck: copied: %s" text))))

;;; Edits

(defun unstuck--goto (position)
  "Go to POSITION of the protocol, whose characters are those of Emacs (utf-32)."
  (goto-char (point-min))
  (forward-line (plist-get position :line))
  (forward-char (min (plist-get position :character) (- (line-end-position) (point)))))

(defun unstuck--make-folder ()
  "Make the folder of the file that is written."
  (make-directory (file-name-directory buffer-file-name) t))

(defun unstuck--edit-file (path edits)
  "Apply EDITS to PATH, in its buffer; it is left to the user to save it."
  (with-current-buffer (find-file-noselect path)
    ;; Emacs takes a file whose folder is missing for one that cannot be written.
    (unless (file-exists-p path) (setq buffer-read-only nil))
    (add-hook 'before-save-hook #'unstuck--make-folder nil t)
    (save-excursion
      ;; From the end on: no edit moves another.
      (dolist (edit (reverse (cl-stable-sort (append edits nil)
                                             (lambda (a b)
                                               (let ((a (plist-get (plist-get a :range) :start))
                                                     (b (plist-get (plist-get b :range) :start)))
                                                 (or (< (plist-get a :line) (plist-get b :line))
                                                     (and (= (plist-get a :line) (plist-get b :line))
                                                          (< (plist-get a :character) (plist-get b :character)))))))))
        (let ((range (plist-get edit :range)))
          (unstuck--goto (plist-get range :end))
          (let ((end (point)))
            (unstuck--goto (plist-get range :start))
            (delete-region (point) end)
            (insert (plist-get edit :newText))))))
    (message "unstuck: changed, not yet saved: %s (C-x s saves it)" (abbreviate-file-name path))))

(defun unstuck--apply (edit)
  "Apply a workspace EDIT."
  (seq-do (lambda (change)
            (unless (plist-get change :kind)
              (unstuck--edit-file (unstuck--path (plist-get (plist-get change :textDocument) :uri))
                                  (plist-get change :edits))))
          (plist-get edit :documentChanges))
  (cl-loop for (uri edits) on (plist-get edit :changes) by #'cddr
           do (unstuck--edit-file (unstuck--path (string-remove-prefix ":" (symbol-name uri))) edits)))

(provide 'unstuck)
;;; unstuck.el ends here
